-- Grain: a bar within the filter. What the regimes of SPEC 7 take from stored indicators, NULL where an input is unknown; the
-- close that EMA200 is compared with stands in the prediction. Rows before the filter's first are read for the median only:
-- `$regime_from` lies at least 200 rows before it.
WITH bar AS (
  SELECT s.slot, b.close_time, b.ema200, b.macd_hist, b.atr_pct14,
    count(b.atr_pct14) OVER preceding_bars AS known,
    median(b.atr_pct14) OVER preceding_bars AS middle
  FROM bar_indicator b
  JOIN slot s USING (symbol_id, interval_id)
  WHERE b.symbol_id BETWEEN $symbol_low::INTEGER AND $symbol_high::INTEGER
    AND b.interval_id BETWEEN $interval_low::INTEGER AND $interval_high::INTEGER
    AND b.close_time >= $regime_from::BIGINT AND b.close_time < $to::BIGINT
  WINDOW preceding_bars AS (PARTITION BY s.slot ORDER BY b.close_time ROWS BETWEEN 200 PRECEDING AND 1 PRECEDING)
)
SELECT slot, close_time, ema200,
  macd_hist > 0 AS is_momentum_pos,
  CASE WHEN known = 200 THEN atr_pct14 > middle END AS is_volatility_high
FROM bar
WHERE close_time >= $from::BIGINT
