-- Grain: a prediction of one strategy version within the filter, with what became of it. `n` numbers the closed trades in
-- trade order (SPEC 7: confirmed_at, then symbol, interval, predicting_at), NULL: no result. `is_counted` trades make the
-- figures that are not about WIN and LOSS alone.
WITH result AS (
  SELECT s.slot, r.predicting_at, r.result_status, r.confirmed_at, r.gross_pct, r.pnl_pct, r.max_return_pct,
    r.min_return_pct, r.is_ambiguous, r.has_gap,
    row_number() OVER (ORDER BY r.confirmed_at, s.slot, r.predicting_at) AS n
  FROM fact_prediction_result r
  JOIN slot s USING (symbol_id, interval_id)
  WHERE r.strategy_id = $strategy_id::INTEGER
    AND r.symbol_id BETWEEN $symbol_low::INTEGER AND $symbol_high::INTEGER
    AND r.interval_id BETWEEN $interval_low::INTEGER AND $interval_high::INTEGER
    AND r.predicting_at >= $from::BIGINT AND r.predicting_at < $to::BIGINT
    AND ($action::TINYINT IS NULL OR r.action = $action::TINYINT)
), prediction AS (
  SELECT s.slot, s.duration_ms, s.last_close_time, p.predicting_at, p."close", p.action, p.fired_mask,
    p.reason = 0 AS is_tradable,
    abs(p.buy_score - p.sell_score) >= $strong_edge::DOUBLE AS is_strong
  FROM bar_prediction p
  JOIN slot s USING (symbol_id, interval_id)
  WHERE p.strategy_id = $strategy_id::INTEGER
    AND p.symbol_id BETWEEN $symbol_low::INTEGER AND $symbol_high::INTEGER
    AND p.interval_id BETWEEN $interval_low::INTEGER AND $interval_high::INTEGER
    AND p.predicting_at >= $from::BIGINT AND p.predicting_at < $to::BIGINT
    AND ($action::TINYINT IS NULL OR p.action = $action::TINYINT)
)
SELECT r.n, p.slot, p.predicting_at, p.action, p.fired_mask, p.is_tradable, p.is_strong,
  r.result_status AS status, r.confirmed_at, r.gross_pct, r.pnl_pct, r.max_return_pct, r.min_return_pct,
  r.is_ambiguous = 1 AS is_ambiguous, r.has_gap = 1 AS has_gap,
  r.n IS NOT NULL AND (r.result_status <> 2 OR NOT $confirmed_only::BOOLEAN) AS is_counted,
  p.is_tradable AND r.n IS NULL AS is_open,
  p.is_tradable AND r.n IS NULL AND p.predicting_at + CASE
    WHEN p.action = 1 AND p.is_strong THEN $buy_strong_ms::BIGINT + $buy_strong_bars::BIGINT * p.duration_ms
    WHEN p.action = 1 THEN $buy_weak_ms::BIGINT + $buy_weak_bars::BIGINT * p.duration_ms
    WHEN p.is_strong THEN $sell_strong_ms::BIGINT + $sell_strong_bars::BIGINT * p.duration_ms
    ELSE $sell_weak_ms::BIGINT + $sell_weak_bars::BIGINT * p.duration_ms
  END <= p.last_close_time AS is_unfilled,
  p."close" > m.ema200 AS is_trend_up, m.is_momentum_pos, m.is_volatility_high
FROM prediction p
LEFT JOIN result r ON r.slot = p.slot AND r.predicting_at = p.predicting_at
LEFT JOIN regime m ON m.slot = p.slot AND m.close_time = p.predicting_at
