import { col, type Finding, findingSql, shown } from './finding.js';

const WEEK_MS = 7 * 86_400_000;
/** Weeks start on Monday; the epoch was a Thursday. Every other grid starts at the epoch. */
const MONDAY_MS = 4 * 86_400_000;

/** Bars off the grid of their interval, or with another length. */
export const GRID: Finding = {
  table: 'fact_kline',
  where: `((${col('open_time')} - CASE WHEN i.duration_ms = ${WEEK_MS} THEN ${MONDAY_MS} ELSE 0 END) % i.duration_ms <> 0
    OR ${col('close_time')} <> ${col('open_time')} + i.duration_ms - 1)`,
  detail: `concat('open_time ', ${shown(col('open_time'))}, ' with close_time ', ${shown(col('close_time'))}, ' is off the grid')`,
};

/** Gaps as the bars have them. */
const REAL_GAPS = `
  SELECT k.symbol_id, k.interval_id, k.expected AS from_time, k.open_time AS to_time, k.duration_ms
  FROM (SELECT b.symbol_id, b.interval_id, b.open_time, d.duration_ms,
          lag(b.open_time) OVER (PARTITION BY b.symbol_id, b.interval_id ORDER BY b.open_time) + d.duration_ms AS expected
        FROM fact_kline b JOIN dim_interval d ON d.interval_id = b.interval_id) k
  WHERE k.open_time > k.expected`;

const SAME_GAP = `o.symbol_id = t.symbol_id AND o.interval_id = t.interval_id AND o.from_time = t.from_time
  AND o.to_time = t.to_time`;

/** Where kline_gap and the bars do not say the same. */
export function gapTableQueries(): string[] {
  return [
    findingSql({
      table: 'kline_gap',
      from: `(${REAL_GAPS})`,
      joins: `LEFT JOIN kline_gap o ON ${SAME_GAP}`,
      where: 'o.from_time IS NULL',
      detail: `concat('bars are missing until ', ${shown('t.to_time')}, ' and kline_gap does not say so')`,
    }),
    findingSql({
      table: 'kline_gap',
      joins: `LEFT JOIN (${REAL_GAPS}) o ON ${SAME_GAP}`,
      where: 'o.from_time IS NULL',
      detail: `concat('no such gap is between the bars: until ', ${shown('t.to_time')})`,
    }),
    findingSql({
      table: 'kline_gap',
      where: 't.missing * i.duration_ms <> t.to_time - t.from_time',
      detail: `concat('it says that ', ${shown('t.missing')}, ' bars are missing until ', ${shown('t.to_time')})`,
    }),
  ];
}

export const GAPS: Finding = {
  table: 'kline_gap',
  where: '1 = 1',
  bars: 't.missing',
  detail: `concat(${shown('t.missing')}, ' bars are missing until ', ${shown('t.to_time')})`,
};

/** Runs of adjacent bars without a trade: within one, open_time less the bar's number among them is constant. */
export const ZERO_VOLUME: Finding = {
  table: 'fact_kline',
  from: `(SELECT r.symbol_id, r.interval_id, min(r.close_time) AS close_time, max(r.close_time) AS last, count(*) AS n
    FROM (SELECT b.symbol_id, b.interval_id, b.close_time, b.open_time - d.duration_ms
            * row_number() OVER (PARTITION BY b.symbol_id, b.interval_id ORDER BY b.open_time) AS run
          FROM fact_kline b JOIN dim_interval d ON d.interval_id = b.interval_id WHERE b.volume = 0) r
    GROUP BY r.symbol_id, r.interval_id, r.run)`,
  where: '1 = 1',
  bars: 't.n',
  detail: `concat(${shown('t.n')}, CASE WHEN t.n = 1 THEN ' bar' ELSE ' bars' END, ' without volume, the last closes at ', ${shown('t.last')})`,
};

/** Bars that a source gave an early close_time, once for each source. */
export const TRUNCATED: Finding = {
  table: 'kline_reject',
  where: "t.reason = 'TRUNCATED'",
  detail: `concat(t.source, ' line ', ${shown('t.line')}, ': ', t.raw)`,
};
