-- A group for BUY and one for SELL; SIDEWAY predictions take no side.
SELECT *, -action AS g, CASE action WHEN 1 THEN 'BUY' ELSE 'SELL' END AS label FROM signal WHERE action <> 0
