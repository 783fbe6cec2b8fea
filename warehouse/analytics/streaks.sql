-- Grain: a group with confirmed trades. Runs of WIN and of LOSS in trade order, EXPIRED left out; `current_streak` is the
-- run that the last trade is in, negative for LOSS.
WITH marked AS (
  SELECT g, n, status,
    row_number() OVER (PARTITION BY g ORDER BY n) - row_number() OVER (PARTITION BY g, status ORDER BY n) AS run
  FROM sample
  WHERE status IN (0, 1)
), runs AS (
  SELECT g, status, count(*) AS length, max(n) AS last_n FROM marked GROUP BY g, status, run
)
SELECT g,
  coalesce(max(length) FILTER (WHERE status = 0), 0) AS max_win_streak,
  coalesce(max(length) FILTER (WHERE status = 1), 0) AS max_loss_streak,
  max_by(CASE status WHEN 0 THEN length ELSE -length END, last_n) AS current_streak
FROM runs
GROUP BY g
ORDER BY g
