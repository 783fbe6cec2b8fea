-- One row: bounds of the ids that the filter names. As constants they let scans skip row groups, which a join does not.
SELECT coalesce(min(s.symbol_id), 0) AS symbol_low, coalesce(max(s.symbol_id), 0) AS symbol_high,
  coalesce(min(i.interval_id), 0) AS interval_low, coalesce(max(i.interval_id), 0) AS interval_high
FROM dim_symbol s
CROSS JOIN dim_interval i
WHERE ($symbol::VARCHAR IS NULL OR s.symbol = $symbol::VARCHAR)
  AND ($interval::VARCHAR IS NULL OR i."interval" = $interval::VARCHAR)
