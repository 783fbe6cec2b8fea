-- Two groups for each regime of SPEC 7. A prediction is in one of each pair, or in none where an input is unknown.
SELECT *, CASE WHEN is_trend_up THEN 1 ELSE 2 END AS g,
  CASE WHEN is_trend_up THEN 'TREND_UP' ELSE 'TREND_DOWN' END AS label
FROM signal WHERE is_trend_up IS NOT NULL
UNION ALL
SELECT *, CASE WHEN is_momentum_pos THEN 3 ELSE 4 END,
  CASE WHEN is_momentum_pos THEN 'MOMENTUM_POS' ELSE 'MOMENTUM_NEG' END
FROM signal WHERE is_momentum_pos IS NOT NULL
UNION ALL
SELECT *, CASE WHEN is_volatility_high THEN 5 ELSE 6 END,
  CASE WHEN is_volatility_high THEN 'VOLATILITY_HIGH' ELSE 'VOLATILITY_LOW' END
FROM signal WHERE is_volatility_high IS NOT NULL
UNION ALL
SELECT *, CASE WHEN is_strong THEN 7 ELSE 8 END, CASE WHEN is_strong THEN 'EDGE_STRONG' ELSE 'EDGE_WEAK' END
FROM signal
