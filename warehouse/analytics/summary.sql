-- Grain: a group. Counts, and the sums in trade order that the figures of SPEC 7 are made of.
SELECT g, any_value(label) AS label,
  count(*) AS predictions,
  count(*) FILTER (WHERE is_tradable) AS tradable,
  count(*) FILTER (WHERE status = 0) AS wins,
  count(*) FILTER (WHERE status = 1) AS losses,
  count(*) FILTER (WHERE status = 2) AS expired,
  count(*) FILTER (WHERE is_unfilled) AS unfilled,
  count(*) FILTER (WHERE is_open AND NOT is_unfilled) AS pending,
  count(*) FILTER (WHERE is_ambiguous) AS ambiguous,
  count(*) FILTER (WHERE has_gap) AS with_gap,
  count(*) FILTER (WHERE is_counted) AS trades,
  sum(pnl_pct ORDER BY n) FILTER (WHERE status = 0) AS win_pnl,
  sum(pnl_pct ORDER BY n) FILTER (WHERE status = 1) AS loss_pnl,
  sum(pnl_pct ORDER BY n) FILTER (WHERE is_counted) AS pnl,
  sum(gross_pct ORDER BY n) FILTER (WHERE is_counted) AS gross,
  sum(pnl_pct ORDER BY n) FILTER (WHERE is_counted AND pnl_pct > 0) AS gained,
  sum(pnl_pct ORDER BY n) FILTER (WHERE is_counted AND pnl_pct < 0) AS lost,
  stddev_samp(pnl_pct ORDER BY n) FILTER (WHERE is_counted) AS deviation
FROM sample
GROUP BY g
ORDER BY g
