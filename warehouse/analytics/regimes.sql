-- Grain: a bar within the filter. Regimes of SPEC 7 from stored indicators and klines, NULL where an input is unknown.
-- Rows before the filter's first are read for the median only: `$regime_from` lies at least 200 rows before it.
WITH bar AS (
  SELECT b.symbol_id, b.interval_id, b.close_time, k."close", b.ema200, b.macd_hist, b.atr_pct14,
    count(b.atr_pct14) OVER preceding_bars AS known,
    median(b.atr_pct14) OVER preceding_bars AS middle
  FROM bar_indicator b
  JOIN slot USING (symbol_id, interval_id)
  JOIN fact_kline k USING (symbol_id, interval_id, close_time)
  WHERE b.symbol_id BETWEEN $symbol_low::INTEGER AND $symbol_high::INTEGER
    AND b.interval_id BETWEEN $interval_low::INTEGER AND $interval_high::INTEGER
    AND b.close_time >= $regime_from::BIGINT AND b.close_time < $to::BIGINT
    AND k.symbol_id BETWEEN $symbol_low::INTEGER AND $symbol_high::INTEGER
    AND k.interval_id BETWEEN $interval_low::INTEGER AND $interval_high::INTEGER
    AND k.close_time >= $regime_from::BIGINT AND k.close_time < $to::BIGINT
  WINDOW preceding_bars AS (
    PARTITION BY b.symbol_id, b.interval_id ORDER BY b.close_time ROWS BETWEEN 200 PRECEDING AND 1 PRECEDING
  )
)
SELECT symbol_id, interval_id, close_time,
  "close" > ema200 AS is_trend_up,
  macd_hist > 0 AS is_momentum_pos,
  CASE WHEN known = 200 THEN atr_pct14 > middle END AS is_volatility_high
FROM bar
WHERE close_time >= $from::BIGINT
