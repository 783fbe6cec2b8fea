-- Grain: a point of a group's equity curve: 100 at the first signal (n = 0), then one point a trade that was taken, in
-- trade order.
SELECT g, 0 AS n, min(predicting_at) AS point_at, 100.0::DOUBLE AS equity
FROM sample JOIN taken USING (g, n)
GROUP BY g
UNION ALL
SELECT g, n, confirmed_at, 100 * product(1 + $allocation::DOUBLE * pnl_pct / 100) OVER (PARTITION BY g ORDER BY n)
FROM sample JOIN taken USING (g, n)
