-- Grain: a group with confirmed trades. The last row of rolling.sql, from the last trades alone.
WITH latest AS (
  SELECT g, max(n) AS n, max_by(confirmed_at, n) AS confirmed_at, max_by((status = 0)::INTEGER, n, 20) AS won
  FROM sample
  WHERE status IN (0, 1)
  GROUP BY g
)
SELECT g, n, confirmed_at,
  CASE WHEN len(won) >= 5 THEN list_sum(won[1:5]) / 5 END AS rolling_win_rate_5,
  CASE WHEN len(won) >= 10 THEN list_sum(won[1:10]) / 10 END AS rolling_win_rate_10,
  CASE WHEN len(won) >= 20 THEN list_sum(won) / 20 END AS rolling_win_rate_20
FROM latest
