-- Grain: a group with trades taken. A fall lasts from the last point at the peak to the first one that reaches it again, or
-- to the last point.
WITH curve AS (
  SELECT g, n, point_at, equity, max(equity) OVER (PARTITION BY g ORDER BY n) AS peak FROM equity
), marked AS (
  SELECT g, n, point_at, equity, peak, equity < peak AS is_below,
    max(CASE WHEN equity >= peak THEN point_at END)
      OVER (PARTITION BY g ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS peak_at,
    lag(equity < peak) OVER (PARTITION BY g ORDER BY n) AS was_below
  FROM curve
)
SELECT g, count(*) - 1 AS taken, max_by(equity, n) AS equity, min(equity) AS lowest,
  max_by(1 - equity / peak, n) AS drawdown, max(1 - equity / peak) AS max_drawdown,
  coalesce(max(point_at - peak_at) FILTER (WHERE is_below OR was_below), 0) AS max_drawdown_ms
FROM marked
GROUP BY g
