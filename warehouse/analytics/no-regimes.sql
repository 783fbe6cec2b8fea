-- In the place of regimes.sql where nobody asks for regimes.
SELECT 0 AS symbol_id, 0 AS interval_id, 0::BIGINT AS close_time,
  NULL::BOOLEAN AS is_trend_up, NULL::BOOLEAN AS is_momentum_pos, NULL::BOOLEAN AS is_volatility_high
WHERE false
