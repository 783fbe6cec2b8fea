-- Grain: a group and active metric of the strategy. Closed trades where it was 1, and the others. Trades are added up in
-- trade order within each set of fired metrics, then set by set.
WITH fired_set AS (
  SELECT g, fired_mask, count(*) FILTER (WHERE is_counted) AS trades,
    count(*) FILTER (WHERE status = 0) AS wins,
    count(*) FILTER (WHERE status IN (0, 1)) AS confirmed,
    coalesce(sum(pnl_pct ORDER BY n) FILTER (WHERE is_counted), 0) AS pnl
  FROM sample
  WHERE n IS NOT NULL
  GROUP BY g, fired_mask
), marked AS (
  SELECT f.*, m.position, ((f.fired_mask >> m.position) & 1) = 1 AS has_fired
  FROM fired_set f
  CROSS JOIN dim_metric m
  WHERE m.strategy_id = $strategy_id::INTEGER AND m.is_active = 1
)
SELECT x.g, m.metric_code AS metric, m.side, m.metric_group, m.metric_weight,
  coalesce(sum(trades) FILTER (WHERE has_fired), 0) AS trades,
  coalesce(sum(wins) FILTER (WHERE has_fired), 0) AS wins,
  coalesce(sum(confirmed) FILTER (WHERE has_fired), 0) AS confirmed,
  sum(pnl ORDER BY fired_mask) FILTER (WHERE has_fired) AS pnl,
  coalesce(sum(trades) FILTER (WHERE NOT has_fired), 0) AS other_trades,
  coalesce(sum(wins) FILTER (WHERE NOT has_fired), 0) AS other_wins,
  coalesce(sum(confirmed) FILTER (WHERE NOT has_fired), 0) AS other_confirmed,
  sum(pnl ORDER BY fired_mask) FILTER (WHERE NOT has_fired) AS other_pnl
FROM marked x
JOIN dim_metric m ON m.strategy_id = $strategy_id::INTEGER AND m.position = x.position
GROUP BY x.g, m.position, m.metric_code, m.side, m.metric_group, m.metric_weight
ORDER BY x.g, m.position
