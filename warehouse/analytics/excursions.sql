-- Grain: a group and result status. How far trades went for and against the position before they ended: most favourable
-- (MFE = max_return_pct) and most adverse (MAE = min_return_pct) gross return.
SELECT g, CASE status WHEN 0 THEN 'WIN' WHEN 1 THEN 'LOSS' ELSE 'EXPIRED' END AS result_status,
  count(*) AS trades,
  avg(max_return_pct ORDER BY n) AS avg_mfe_pct,
  median(max_return_pct) AS median_mfe_pct,
  max(max_return_pct) AS max_mfe_pct,
  avg(min_return_pct ORDER BY n) AS avg_mae_pct,
  median(min_return_pct) AS median_mae_pct,
  min(min_return_pct) AS min_mae_pct
FROM sample
WHERE is_counted
GROUP BY g, status
ORDER BY g, status
