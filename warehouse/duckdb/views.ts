import { replaceViews, type ViewDialect, viewQueries } from '../store/views.js';
import type { DuckDbStore } from './store.js';

/** Makes the logical facts and readable forms of the plain tables anew. */
export async function createViews(store: DuckDbStore): Promise<void> {
  const codes = await store.rows<{ code: string }>(
    'SELECT indicator AS code FROM dim_indicator_type ORDER BY indicator_id',
  );
  const views = viewQueries(
    codes.map((row) => row.code),
    DIALECT,
  );
  await replaceViews(store, views);
}

const DIALECT: ViewDialect = {
  flag: (expression) => `(${expression})::UTINYINT`,
  metricsWhere: (condition) =>
    `array_to_string(list_transform(list_filter(a.metrics, lambda x: ${condition}), lambda x: x.metric_code), ';')`,
  metricsJoin: `JOIN (SELECT strategy_id, list({position: position, metric_code: metric_code} ORDER BY position) AS metrics
        FROM dim_metric WHERE is_active = 1 GROUP BY strategy_id) a ON a.strategy_id = p.strategy_id`,
  // Its clients read the times themselves.
  readable: () => '',
};
