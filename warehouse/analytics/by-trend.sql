-- The trend regime of SPEC 7; a prediction with an unknown input is in no group.
SELECT *, CASE WHEN is_trend_up THEN 1 ELSE 2 END AS g,
  CASE WHEN is_trend_up THEN 'TREND_UP' ELSE 'TREND_DOWN' END AS label
FROM signal
WHERE is_trend_up IS NOT NULL
