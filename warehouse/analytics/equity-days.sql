-- Grain: a UTC day of a group on which a trade that was taken ended.
SELECT g, point_at // 86400000 * 86400000 AS day, max_by(equity, n) AS equity, max(1 - equity / peak) AS drawdown,
  count(*) AS trades
FROM (SELECT g, n, point_at, equity, max(equity) OVER (PARTITION BY g ORDER BY n) AS peak FROM equity)
WHERE n > 0
GROUP BY g, day
ORDER BY g, day
