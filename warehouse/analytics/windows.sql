-- Grain: a trade of one strategy version whose window does not hold (SPEC 6): it looked past its end, has no prediction,
-- did not enter where it had to, ended on no bar, or is missing although a bar traded. `what` says which.
WITH expected AS (
  SELECT s.slot, s.symbol_id, s.interval_id, s.last_close_time, p.predicting_at, p."close",
    CASE
      WHEN p.action = 1 AND abs(p.buy_score - p.sell_score) >= $strong_edge::DOUBLE
        THEN $buy_strong_ms::BIGINT + $buy_strong_bars::BIGINT * s.duration_ms
      WHEN p.action = 1 THEN $buy_weak_ms::BIGINT + $buy_weak_bars::BIGINT * s.duration_ms
      WHEN abs(p.buy_score - p.sell_score) >= $strong_edge::DOUBLE
        THEN $sell_strong_ms::BIGINT + $sell_strong_bars::BIGINT * s.duration_ms
      ELSE $sell_weak_ms::BIGINT + $sell_weak_bars::BIGINT * s.duration_ms
    END AS lookahead_ms
  FROM bar_prediction p
  JOIN slot s USING (symbol_id, interval_id)
  WHERE p.strategy_id = $strategy_id::INTEGER AND p.reason = 0
), entered AS (
  SELECT e.*, k."open" AS next_open, k.close_time AS next_close_time
  FROM expected e
  ASOF LEFT JOIN fact_kline k
    ON k.symbol_id = e.symbol_id AND k.interval_id = e.interval_id AND e.predicting_at < k.close_time
), result AS (
  SELECT s.slot, r.predicting_at, r.entry_price, r.lookahead_ms, r.confirmed_at, k.close_time IS NOT NULL AS has_exit_bar
  FROM fact_prediction_result r
  JOIN slot s USING (symbol_id, interval_id)
  LEFT JOIN fact_kline k
    ON k.symbol_id = r.symbol_id AND k.interval_id = r.interval_id AND k.close_time = r.confirmed_at
  WHERE r.strategy_id = $strategy_id::INTEGER
), judged AS (
  SELECT coalesce(e.slot, r.slot) AS slot, coalesce(e.predicting_at, r.predicting_at) AS predicting_at,
    CASE
      WHEN e.slot IS NULL THEN 'has no tradable prediction'
      WHEN r.slot IS NULL AND e.next_close_time <= e.predicting_at + e.lookahead_ms
        AND e.predicting_at + e.lookahead_ms <= e.last_close_time THEN 'is missing: its window is complete and has bars'
      WHEN r.slot IS NULL THEN NULL
      WHEN r.lookahead_ms <> e.lookahead_ms
        THEN concat('lookahead_ms is ', r.lookahead_ms, ', its tier says ', e.lookahead_ms)
      WHEN r.confirmed_at <= r.predicting_at OR r.confirmed_at > r.predicting_at + r.lookahead_ms
        THEN concat('confirmed_at ', r.confirmed_at, ' lies outside its window')
      WHEN NOT r.has_exit_bar THEN concat('confirmed_at ', r.confirmed_at, ' is no bar')
      WHEN r.entry_price IS DISTINCT FROM CASE WHEN $entry_at_close::BOOLEAN THEN e."close" ELSE e.next_open END
        THEN concat('entry_price is ', r.entry_price, ', the bar says ',
          CASE WHEN $entry_at_close::BOOLEAN THEN e."close" ELSE e.next_open END)
    END AS what
  FROM entered e
  FULL JOIN result r ON r.slot = e.slot AND r.predicting_at = e.predicting_at
)
SELECT s.symbol, s."interval", j.predicting_at, j.what
FROM judged j
JOIN slot s USING (slot)
WHERE j.what IS NOT NULL
ORDER BY s.slot, j.predicting_at
LIMIT 1
