import type { RecordBatch } from 'apache-arrow';
import type { ColumnSpec } from '../columns.js';
import { codeColumn } from '../schema/bar-indicator.js';
import { indicatorColumns } from '../schema/batches.js';
import type { PartitionKey } from '../warehouse.js';
import type { Directory } from './directory.js';
import type { ScanColumn, Source } from './source.js';
import { quote, whole } from './sql.js';

/** Batches of several partitions for one table. */
export interface BatchAppend {
  readonly table: string;
  /** Of every batch; one that it lacks becomes NULL. */
  readonly columns: readonly ColumnSpec[];
  readonly parts: readonly {
    /** What every row of the batch has, by column: the first ones of the table, in its order. */
    readonly ids: Readonly<Record<string, number>>;
    readonly batch: RecordBatch;
  }[];
}

/** Where the rows of a partition's facts lie. */
export function klineSource(directory: Directory, key: PartitionKey): Source {
  return marketSource(directory, key, 'fact_kline');
}

export function derivationSource(directory: Directory, key: PartitionKey): Source {
  return marketSource(directory, key, 'kline_derivation');
}

export function indicatorSource(directory: Directory, key: PartitionKey): Source {
  return marketSource(directory, key, 'bar_indicator');
}

export function predictionSource(directory: Directory, strategyId: number, key: PartitionKey): Source {
  return strategySource(directory, strategyId, key, 'bar_prediction');
}

export function resultSource(directory: Directory, strategyId: number, key: PartitionKey): Source {
  return strategySource(directory, strategyId, key, 'fact_prediction_result');
}

function marketSource(directory: Directory, key: PartitionKey, table: string): Source {
  const { durationMs } = directory.interval(key.interval);
  return { table, timeColumn: 'close_time', where: directory.where(key, table), durationMs };
}

function strategySource(directory: Directory, strategyId: number, key: PartitionKey, table: string): Source {
  const { durationMs } = directory.interval(key.interval);
  const where = `${directory.where(key, table)} AND ${table}.strategy_id = ${whole(strategyId)}`;
  return { table, timeColumn: 'predicting_at', where, durationMs };
}

/** `close_time` and codes as a scan reads them: batches name a code as the catalog does, the table in lower case. */
export function indicatorScan(codes: readonly string[]): ScanColumn[] {
  return indicatorColumns(codes).map((spec) =>
    spec.kind === 'time' ? spec : { ...spec, expression: quote(codeColumn(spec.name)) },
  );
}

/** @throws Error that names the columns when `batch` does not have exactly these, in any order */
export function checkColumns(batch: RecordBatch, specs: readonly ColumnSpec[], what: string): void {
  const present = batch.schema.fields.map((field) => field.name);
  const missing = specs.filter(({ name }) => !present.includes(name)).map(({ name }) => name);
  const allowed = new Set(specs.map(({ name }) => name));
  const extra = present.filter((name) => !allowed.has(name));
  if (missing.length > 0 || extra.length > 0)
    throw new Error(
      `warehouse: a batch of ${what} lacks ${missing.join(', ') || 'nothing'} and has ${extra.join(', ') || 'nothing'} too many`,
    );
}
