-- A group for each symbol, by name.
SELECT t.*, o.g, s.symbol AS label
FROM signal t
JOIN slot s USING (slot)
JOIN (SELECT slot, dense_rank() OVER (ORDER BY symbol) AS g FROM slot) o USING (slot)
