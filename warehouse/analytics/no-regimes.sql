-- In the place of regimes.sql where nobody asks for regimes.
SELECT 0 AS slot, 0::BIGINT AS close_time,
  NULL::DOUBLE AS ema200, NULL::BOOLEAN AS is_momentum_pos, NULL::BOOLEAN AS is_volatility_high
WHERE false
