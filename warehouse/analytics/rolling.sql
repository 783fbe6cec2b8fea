-- Grain: a confirmed trade of a group, in trade order. Win rates over the last k of them, NULL before k.
SELECT g, n, confirmed_at,
  CASE WHEN i >= 5 THEN sum(won) OVER (PARTITION BY g ORDER BY n ROWS 4 PRECEDING) / 5 END AS rolling_win_rate_5,
  CASE WHEN i >= 10 THEN sum(won) OVER (PARTITION BY g ORDER BY n ROWS 9 PRECEDING) / 10 END AS rolling_win_rate_10,
  CASE WHEN i >= 20 THEN sum(won) OVER (PARTITION BY g ORDER BY n ROWS 19 PRECEDING) / 20 END AS rolling_win_rate_20
FROM (
  SELECT g, n, confirmed_at, (status = 0)::INTEGER AS won, row_number() OVER (PARTITION BY g ORDER BY n) AS i
  FROM sample
  WHERE status IN (0, 1)
)
