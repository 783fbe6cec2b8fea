-- The edge regime of SPEC 7; a prediction with an unknown input is in no group.
SELECT *, CASE WHEN is_strong THEN 7 ELSE 8 END AS g,
  CASE WHEN is_strong THEN 'EDGE_STRONG' ELSE 'EDGE_WEAK' END AS label
FROM signal
WHERE is_strong IS NOT NULL
