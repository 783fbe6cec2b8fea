-- Grain: a closed trade with the metrics that were 1: bits of the positions 0 to 30 and of 31 to 61. Put in trade order by
-- its reader.
SELECT n, status, pnl_pct, is_counted::TINYINT AS is_counted,
  (fired_mask & 2147483647)::INTEGER AS fired_low, (fired_mask >> 31)::INTEGER AS fired_high
FROM sample
WHERE n IS NOT NULL
