-- Grain: a bar within the filter with a prediction of at least one of two strategy versions. A decision is the action of a
-- tradable prediction.
WITH side AS (
  SELECT p.strategy_id, s.symbol, s."interval", s.slot, p.predicting_at, p.buy_score, p.sell_score, p.reason,
    CASE WHEN p.reason <> 0 THEN 'NONE' WHEN p.action = 1 THEN 'BUY' ELSE 'SELL' END AS decision
  FROM bar_prediction p
  JOIN slot s USING (symbol_id, interval_id)
  WHERE p.strategy_id IN ($first_id::INTEGER, $second_id::INTEGER)
    AND p.symbol_id BETWEEN $symbol_low::INTEGER AND $symbol_high::INTEGER
    AND p.interval_id BETWEEN $interval_low::INTEGER AND $interval_high::INTEGER
    AND p.predicting_at >= $from::BIGINT AND p.predicting_at < $to::BIGINT
), first AS (
  SELECT * FROM side WHERE strategy_id = $first_id::INTEGER
), second AS (
  SELECT * FROM side WHERE strategy_id = $second_id::INTEGER
)
SELECT coalesce(a.slot, b.slot) AS slot, coalesce(a.symbol, b.symbol) AS symbol,
  coalesce(a."interval", b."interval") AS "interval", coalesce(a.predicting_at, b.predicting_at) AS predicting_at,
  a.decision AS first_decision, a.reason AS first_reason, a.buy_score AS first_buy, a.sell_score AS first_sell,
  b.decision AS second_decision, b.reason AS second_reason, b.buy_score AS second_buy, b.sell_score AS second_sell
FROM first a
FULL JOIN second b ON b.slot = a.slot AND b.predicting_at = a.predicting_at
