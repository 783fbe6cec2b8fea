-- One group of everything.
SELECT *, 0 AS g, 'ALL' AS label FROM signal
