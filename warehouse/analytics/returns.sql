-- Grain: a group with trades taken. Daily returns of equity over the UTC days from the first to the last confirmed_at,
-- quiet days 0.
WITH day_end AS (
  SELECT g, point_at // 86400000 AS day, max_by(equity, n) AS equity FROM equity WHERE n > 0 GROUP BY g, day
), daily AS (
  -- A day after ruin has no return; the reader says so instead of a figure.
  SELECT g, day, CASE WHEN before > 0 THEN equity / before - 1 ELSE 0 END AS change
  FROM (SELECT g, day, equity, lag(equity, 1, 100.0) OVER (PARTITION BY g ORDER BY day) AS before FROM day_end)
), calendar AS (
  SELECT g, unnest(range(min(day), max(day) + 1)) AS day FROM day_end GROUP BY g
), filled AS (
  SELECT c.g, c.day, coalesce(d.change, 0) AS change FROM calendar c LEFT JOIN daily d ON d.g = c.g AND d.day = c.day
)
SELECT g, count(*) AS days, avg(change ORDER BY day) AS mean, stddev_samp(change ORDER BY day) AS deviation,
  sqrt(sum(least(change, 0) ** 2 ORDER BY day) / (count(*) - 1)) AS downside
FROM filled
GROUP BY g
