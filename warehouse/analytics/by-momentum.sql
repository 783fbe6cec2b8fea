-- The momentum regime of SPEC 7; a prediction with an unknown input is in no group.
SELECT *, CASE WHEN is_momentum_pos THEN 3 ELSE 4 END AS g,
  CASE WHEN is_momentum_pos THEN 'MOMENTUM_POS' ELSE 'MOMENTUM_NEG' END AS label
FROM signal
WHERE is_momentum_pos IS NOT NULL
