-- Grain: a confirmed trade (WIN or LOSS) of the strategy version, in trade order. The metrics that fired are two numbers, bits
-- of the positions 0 to 30 and of 31 to 61: a double holds no more. A regime is 1, 0, or -1 where an input is unknown.
SELECT slot::DOUBLE AS slot, predicting_at::DOUBLE AS predicting_at, confirmed_at::DOUBLE AS confirmed_at,
  action::DOUBLE AS "action", is_strong::DOUBLE AS is_strong, (status = 0)::DOUBLE AS is_win, pnl_pct::DOUBLE AS pnl_pct,
  (fired_mask & 2147483647)::DOUBLE AS fired_low, (fired_mask >> 31)::DOUBLE AS fired_high,
  coalesce(is_trend_up::DOUBLE, -1) AS is_trend_up,
  coalesce(is_momentum_pos::DOUBLE, -1) AS is_momentum_pos,
  coalesce(is_volatility_high::DOUBLE, -1) AS is_volatility_high
FROM "signal"
WHERE status < 2
ORDER BY n
