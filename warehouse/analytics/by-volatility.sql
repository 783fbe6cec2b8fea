-- The volatility regime of SPEC 7; a prediction with an unknown input is in no group.
SELECT *, CASE WHEN is_volatility_high THEN 5 ELSE 6 END AS g,
  CASE WHEN is_volatility_high THEN 'VOLATILITY_HIGH' ELSE 'VOLATILITY_LOW' END AS label
FROM signal
WHERE is_volatility_high IS NOT NULL
