import { quote } from '../store/sql.js';
import { replaceViews, type ViewDialect, viewQueries } from '../store/views.js';
import type { MySqlStore } from './store.js';

/**
 * Makes the logical facts and readable forms of the tables anew. The readable ones, `v_...`, end with their times once
 * more as `<column>_utc`, a DATETIME(3) for people and Grafana.
 *
 * @param codes of the catalog, in the order of their numbers
 */
export async function createViews(store: MySqlStore, codes: readonly string[]): Promise<void> {
  await replaceViews(store, {
    ...viewQueries(codes, DIALECT),
    v_indicator: withUtc('fact_indicator f', 'f', ['timestamp']),
    v_metric_value: withUtc('fact_metric_value f', 'f', ['calculating_at']),
    v_prediction: withUtc('fact_prediction f', 'f', ['predicting_at']),
    v_run: withUtc('run r', 'r', ['started_at', 'finished_at']),
  });
}

const DIALECT: ViewDialect = {
  flag: (expression) => expression,
  metricsWhere: (condition) =>
    `coalesce((SELECT group_concat(x.metric_code ORDER BY x.position SEPARATOR ';') FROM dim_metric x
    WHERE x.strategy_id = p.strategy_id AND x.is_active = 1 AND ${condition}), '')`,
  metricsJoin: '',
  readable: utc,
};

/** Times as DATETIME(3), UTC whatever the time zone of the server or the session is. */
function utc(table: string, times: readonly string[]): string {
  return times
    .map(
      (time) =>
        `, CAST(timestampadd(MICROSECOND, ${table}.${quote(time)} * 1000, TIMESTAMP '1970-01-01 00:00:00') AS DATETIME(3)) AS ${quote(`${time}_utc`)}`,
    )
    .join('');
}

function withUtc(from: string, table: string, times: readonly string[]): string {
  return `SELECT ${table}.*${utc(table, times)} FROM ${from}`;
}
