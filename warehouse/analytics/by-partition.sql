-- A group for each partition.
SELECT t.*, t.slot AS g, s.symbol || ' ' || s."interval" AS label FROM signal t JOIN slot s USING (slot)
