import { TABLES } from '../../schema/tables.js';
import { type Finding, findingSql, tableNamed } from './finding.js';

const SAME_PARTITION = (other: string): string =>
  `${other}.symbol_id = t.symbol_id AND ${other}.interval_id = t.interval_id`;

/** Facts whose bar is not there. */
const WITHOUT_KLINE: readonly (readonly [table: string, time: string])[] = [
  ['bar_indicator', 'close_time'],
  ['bar_prediction', 'predicting_at'],
  ['kline_derivation', 'close_time'],
];

/** References that the schema cannot declare: small numbers of intervals. */
const EXTRA_REFERENCES = [
  { table: 'kline_derivation', column: 'source_interval', to: 'dim_interval' },
  { table: 'fact_prediction_result', column: 'decided_by', to: 'dim_interval' },
];

/** Bars up to the head of the indicators that have none, and do not wait for them because they came or changed since. */
const WITHOUT_INDICATORS: Finding = {
  table: 'fact_kline',
  joins: `JOIN stage_head h ON ${SAME_PARTITION('h')} AND h.strategy_id IS NULL AND t.close_time <= h.last_close_time
    LEFT JOIN bar_indicator b ON ${SAME_PARTITION('b')} AND b.close_time = t.close_time`,
  where: `b.close_time IS NULL AND NOT EXISTS (SELECT 1 FROM kline_change c WHERE ${SAME_PARTITION('c')}
    AND c.seq > h.seq AND c.from_time <= t.close_time AND c.to_time >= t.close_time)`,
  detail: "'its indicators are not there'",
};

/** Rows that speak of something that is not there. */
export function orphanQueries(): string[] {
  const references = TABLES.flatMap(({ name, columns }) =>
    columns.flatMap(({ name: column, references: to }) =>
      to === undefined ? [] : [{ table: name, column, to }],
    ),
  );
  return [
    ...[...references, ...EXTRA_REFERENCES].map(orphanIds),
    ...WITHOUT_KLINE.map(([table, time]) => findingSql(withoutKline(table, time))),
    findingSql(WITHOUT_INDICATORS),
    findingSql({
      table: 'fact_prediction_result',
      joins: `LEFT JOIN bar_prediction p ON p.strategy_id = t.strategy_id AND ${SAME_PARTITION('p')}
        AND p.predicting_at = t.predicting_at AND p.reason = 0`,
      where: 'p.predicting_at IS NULL',
      detail: "'no tradable prediction stands at predicting_at'",
    }),
  ];
}

/** One row an id, whatever the number of rows that have it. */
function orphanIds({ table, column, to }: { table: string; column: string; to: string }): string {
  const key = tableNamed(to).grain[0]!;
  // Number 0 of an interval: none.
  const isGiven = column === 'decided_by' ? `"${column}" <> 0` : `"${column}" IS NOT NULL`;
  return `SELECT '${table}' AS table_name, CAST(NULL AS CHAR) AS strategy, CAST(NULL AS CHAR) AS symbol,
      CAST(NULL AS CHAR) AS "interval", NULL AS at_time, NULL AS bars,
      concat('${column} ', o.id, ' has no row in ${to} (', o.n, CASE WHEN o.n = 1 THEN ' row)' ELSE ' rows)' END) AS detail
    FROM (SELECT "${column}" AS id, count(*) AS n FROM ${table} WHERE ${isGiven} GROUP BY "${column}") o
    LEFT JOIN ${to} d ON d.${key} = o.id WHERE d.${key} IS NULL`;
}

function withoutKline(table: string, time: string): Finding {
  return {
    table,
    joins: `LEFT JOIN fact_kline k ON ${SAME_PARTITION('k')} AND k.close_time = t.${time}`,
    where: 'k.close_time IS NULL',
    detail: `'no kline closes at ${time}'`,
  };
}
