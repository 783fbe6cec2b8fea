-- Grain: a group with confirmed trades. The last row of rolling.sql.
SELECT g, max(n) AS n, max(confirmed_at) AS confirmed_at,
  max_by(rolling_win_rate_5, n) AS rolling_win_rate_5,
  max_by(rolling_win_rate_10, n) AS rolling_win_rate_10,
  max_by(rolling_win_rate_20, n) AS rolling_win_rate_20
FROM rolling
GROUP BY g
