-- Grain: a point of a group's equity curve: 100 at the first signal (n = 0), then one point a trade that was taken, in
-- trade order.
SELECT t.g, 0 AS n, min(s.predicting_at) AS point_at, 100.0::DOUBLE AS equity
FROM "signal" s JOIN taken t USING (n)
GROUP BY t.g
UNION ALL
SELECT t.g, n, s.confirmed_at, 100 * product(1 + $allocation::DOUBLE * s.pnl_pct / 100) OVER (PARTITION BY t.g ORDER BY n)
FROM "signal" s JOIN taken t USING (n)
