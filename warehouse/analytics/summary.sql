-- Grain: a group. Counts, and the sums in trade order that the figures of SPEC 7 are made of: trades are put in order once,
-- as a list, and added up from there.
WITH counted AS (
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
    count(*) FILTER (WHERE is_counted) AS trades
  FROM sample
  GROUP BY g
), ordered AS (
  SELECT g, list({'pnl': pnl_pct, 'gross': gross_pct, 'status': status} ORDER BY n) AS trade
  FROM sample
  WHERE is_counted
  GROUP BY g
), added AS (
  SELECT g,
    list_sum([t.pnl FOR t IN trade IF t.status = 0]) AS win_pnl,
    list_sum([t.pnl FOR t IN trade IF t.status = 1]) AS loss_pnl,
    list_sum([t.pnl FOR t IN trade]) AS pnl,
    list_sum([t.gross FOR t IN trade]) AS gross,
    list_sum([t.pnl FOR t IN trade IF t.pnl > 0]) AS gained,
    list_sum([t.pnl FOR t IN trade IF t.pnl < 0]) AS lost,
    list_stddev_samp([t.pnl FOR t IN trade]) AS deviation
  FROM ordered
)
SELECT c.*, a.* EXCLUDE (g) FROM counted c LEFT JOIN added a ON a.g = c.g ORDER BY c.g
