import { BAR_INDICATOR } from './bar-indicator.js';
import { BAR_PREDICTION } from './bar-prediction.js';
import { COMMIT_MARK } from './commit-mark.js';
import { DIM_INDICATOR_TYPE } from './dim-indicator-type.js';
import { DIM_INTERVAL } from './dim-interval.js';
import { DIM_METRIC } from './dim-metric.js';
import { DIM_STRATEGY } from './dim-strategy.js';
import { DIM_SYMBOL } from './dim-symbol.js';
import { FACT_KLINE } from './fact-kline.js';
import { FACT_PREDICTION_RESULT } from './fact-prediction-result.js';
import { KLINE_CHANGE } from './kline-change.js';
import { KLINE_DERIVATION } from './kline-derivation.js';
import { KLINE_GAP } from './kline-gap.js';
import { KLINE_REJECT } from './kline-reject.js';
import { KLINE_REVISION } from './kline-revision.js';
import { LINEAGE_BLOCK } from './lineage-block.js';
import { MINING_RUN } from './mining-run.js';
import { PATTERN_ITEMSET } from './pattern-itemset.js';
import { PATTERN_RULE } from './pattern-rule.js';
import { PREDICTION_OUTBOX } from './prediction-outbox.js';
import { RESAMPLE_HEAD } from './resample-head.js';
import { RUN } from './run.js';
import { RUN_TASK } from './run-task.js';
import { SCHEMA_VERSION } from './schema-version.js';
import { STAGE_HEAD } from './stage-head.js';
import { STREAM_OFFSET } from './stream-offset.js';
import type { TableSpec } from './table.js';
import { TRADE_CHECKPOINT } from './trade-checkpoint.js';

/** Every table, dimensions first. */
export const TABLES: readonly TableSpec[] = [
  DIM_SYMBOL,
  DIM_INTERVAL,
  DIM_INDICATOR_TYPE,
  DIM_STRATEGY,
  DIM_METRIC,
  FACT_KLINE,
  BAR_INDICATOR,
  BAR_PREDICTION,
  FACT_PREDICTION_RESULT,
  KLINE_GAP,
  KLINE_REJECT,
  KLINE_REVISION,
  KLINE_DERIVATION,
  KLINE_CHANGE,
  RUN,
  RUN_TASK,
  STAGE_HEAD,
  RESAMPLE_HEAD,
  LINEAGE_BLOCK,
  TRADE_CHECKPOINT,
  MINING_RUN,
  PATTERN_ITEMSET,
  PATTERN_RULE,
  STREAM_OFFSET,
  PREDICTION_OUTBOX,
  COMMIT_MARK,
  SCHEMA_VERSION,
];

/** @throws Error that lists the tables when there is none of that name */
export function tableOf(name: string): TableSpec {
  const found = TABLES.find((table) => table.name === name);
  if (found !== undefined) return found;
  throw new Error(`warehouse: table '${name}' is not one of ${TABLES.map((table) => table.name).join(', ')}`);
}

/** Tables whose rows belong to a partition and go when it is forgotten; kline_change and run_task are history and stay. */
export const PARTITION_TABLES: readonly string[] = [
  FACT_KLINE,
  BAR_INDICATOR,
  BAR_PREDICTION,
  FACT_PREDICTION_RESULT,
  KLINE_GAP,
  KLINE_REJECT,
  KLINE_REVISION,
  KLINE_DERIVATION,
  STAGE_HEAD,
  RESAMPLE_HEAD,
  LINEAGE_BLOCK,
  TRADE_CHECKPOINT,
  PREDICTION_OUTBOX,
].map((table) => table.name);

/** By table: a query that returns the keys standing more than once. Empty: the grain holds. */
export const GRAIN_QUERIES: Readonly<Record<string, string>> = Object.fromEntries(
  TABLES.map(({ name, grain }) => [
    name,
    `SELECT ${grain.join(', ')}, count(*) AS copies FROM ${name} GROUP BY ${grain.join(', ')} HAVING count(*) > 1`,
  ]),
);
