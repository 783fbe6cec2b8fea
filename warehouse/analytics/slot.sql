-- Grain: a partition within the filter. `slot` numbers them in the order of the tie rule (symbol, interval, as text); `bars`
-- lie within the filter's times; `missing` bars bound how far back a number of rows can reach.
SELECT row_number() OVER (ORDER BY s.symbol, i."interval")::INTEGER AS slot,
  s.symbol_id, i.interval_id, s.symbol, i."interval", i.duration_ms, k.bars, k.last_close_time,
  coalesce(g.missing, 0)::BIGINT AS missing
FROM dim_symbol s
CROSS JOIN dim_interval i
JOIN (
  SELECT symbol_id, interval_id, count(*) FILTER (WHERE close_time < $to::BIGINT) AS bars,
    max(close_time) AS last_close_time
  FROM fact_kline
  WHERE symbol_id BETWEEN $symbol_low::INTEGER AND $symbol_high::INTEGER
    AND interval_id BETWEEN $interval_low::INTEGER AND $interval_high::INTEGER
    AND close_time >= $from::BIGINT
  GROUP BY symbol_id, interval_id
) k ON k.symbol_id = s.symbol_id AND k.interval_id = i.interval_id
LEFT JOIN (
  SELECT symbol_id, interval_id, sum(missing) AS missing
  FROM kline_gap
  GROUP BY symbol_id, interval_id
) g ON g.symbol_id = s.symbol_id AND g.interval_id = i.interval_id
WHERE ($symbol::VARCHAR IS NULL OR s.symbol = $symbol::VARCHAR)
  AND ($interval::VARCHAR IS NULL OR i."interval" = $interval::VARCHAR)
