import type { RecordBatch } from 'apache-arrow';
import { constantText, type LogicalValues, logicalBatch, type NamedValues, textsOf } from '../logical.js';
import { KLINE_COLUMNS } from '../schema/batches.js';
import { DIM_STRATEGY } from '../schema/dim-strategy.js';
import { LOGICAL_COLUMNS } from '../schema/logical-columns.js';
import { TABLES } from '../schema/tables.js';
import { FACT_TABLES, type FactTable, type TimeRange } from '../warehouse.js';
import type { Directory } from './directory.js';
import { arraysOf, scanSlices, within } from './scan.js';
import { type FactPartition, factPartitions, type Series } from './series.js';
import { type Cell, quote } from './sql.js';
import type { Store } from './store.js';

/** A table that is small, or rare in its rows: read through one query. */
interface PlainExport {
  readonly from: string;
  readonly columns: readonly string[];
  readonly order: readonly string[];
  readonly timeColumn?: string;
}

const PARTITION = ['symbol', 'interval'];
const METRIC = [
  ...[
    'metric_code',
    'metric_name',
    'description',
    'strategy',
    'version',
    'side',
    'metric_group',
    'indicator',
  ],
  ...['reference', 'direction', 'threshold_start', 'threshold_end', 'window_size', 'window_unit'],
  ...['metric_weight', 'is_active', 'position'],
];
const KLINES = KLINE_COLUMNS.map(({ name }) => name);

const PLAIN: Readonly<Record<string, PlainExport>> = {
  dim_symbol: { from: 'dim_symbol', columns: ['symbol'], order: ['symbol'] },
  dim_interval: { from: 'dim_interval', columns: ['interval', 'duration_ms'], order: ['interval_id'] },
  dim_indicator_type: {
    from: 'dim_indicator_type',
    columns: ['indicator', 'title', 'kernel', 'kernel_version', 'params', 'lookback'],
    order: ['indicator_id'],
  },
  dim_strategy: {
    from: 'dim_strategy',
    columns: DIM_STRATEGY.columns.map(({ name }) => name).filter((name) => name !== 'strategy_id'),
    order: ['strategy', 'version'],
  },
  dim_metric: { from: 'dim_metric', columns: METRIC, order: ['strategy', 'version', 'position'] },
  kline_gap: {
    from: 'v_kline_gap',
    columns: [...PARTITION, 'from_time', 'to_time', 'missing'],
    order: [...PARTITION, 'from_time'],
  },
  kline_reject: {
    from: 'v_kline_reject',
    columns: [...PARTITION, 'source', 'sha256', 'line', 'reason', 'raw'],
    order: ['sha256', 'line', 'reason'],
  },
  kline_revision: {
    from: 'v_kline_revision',
    columns: [...PARTITION, ...KLINES, 'revision', 'run_id'],
    order: [...PARTITION, 'close_time', 'revision'],
    timeColumn: 'close_time',
  },
  kline_derivation: {
    from: 'v_kline_derivation',
    columns: [...PARTITION, 'close_time', 'source_interval', 'bars'],
    order: [...PARTITION, 'close_time'],
    timeColumn: 'close_time',
  },
  kline_change: {
    from: 'v_kline_change',
    columns: ['seq', 'run_id', ...PARTITION, 'from_time', 'to_time', 'added', 'revised'],
    order: ['seq'],
  },
};

/** Names that `exportTable` takes. */
export const EXPORTED_TABLES: readonly string[] = [...FACT_TABLES, ...Object.keys(PLAIN)];

/**
 * Rows as people read them, in grain order; text columns sort by their text. Facts are read partition by partition and
 * code by code, so that memory does not grow with them. Without rows there is one empty batch, for its columns.
 */
export async function* exportTable(
  store: Store,
  directory: Directory,
  table: string,
  range: TimeRange,
): AsyncGenerator<RecordBatch> {
  const plain = Object.hasOwn(PLAIN, table) ? PLAIN[table]! : null;
  if (plain !== null) yield* exportPlain(store, table, plain, range);
  else if ((FACT_TABLES as readonly string[]).includes(table))
    yield* exportFact(store, directory, table as FactTable, range);
  else throw new Error(`export: table '${table}' is not one of ${EXPORTED_TABLES.join(', ')}`);
}

async function* exportFact(
  store: Store,
  directory: Directory,
  table: FactTable,
  range: TimeRange,
): AsyncGenerator<RecordBatch> {
  let isEmpty = true;
  for (const partition of await factPartitions(store, directory, table))
    for (const series of partition.series) {
      const inputs = series.columns.flatMap((column) => column.inputs);
      for await (const slice of scanSlices(store, series.source, inputs, range)) {
        const arrays = arraysOf(slice, inputs);
        const named = new Map<string, LogicalValues>(keyColumns(partition, series, slice.rows));
        let first = 0;
        for (const column of series.columns) {
          named.set(column.name, column.compute(arrays.slice(first, first + column.inputs.length)));
          first += column.inputs.length;
        }
        const columns = LOGICAL_COLUMNS[table].map(
          (name): NamedValues => ({ name, values: named.get(name)! }),
        );
        isEmpty = false;
        yield logicalBatch(columns, slice.rows);
      }
    }
  if (isEmpty) yield emptyBatch(LOGICAL_COLUMNS[table], (name) => TEXT_COLUMNS.has(name));
}

/** Columns of the facts that hold text. */
const TEXT_COLUMNS: ReadonlySet<string> = new Set([
  ...['strategy', 'symbol', 'interval', 'indicator', 'metric'],
  ...['action', 'no_trade_reason', 'metrics_fired', 'metrics_unknown', 'result_status'],
]);

function emptyBatch(names: readonly string[], isText: (name: string, index: number) => boolean): RecordBatch {
  return logicalBatch(
    names.map((name, i) => ({ name, values: isText(name, i) ? textsOf([]) : new Float64Array(0) })),
    0,
  );
}

/** Columns of the grain that are the same in all rows of a series. */
function keyColumns(
  { strategy, version, symbol, interval }: FactPartition,
  { code }: Series,
  rows: number,
): [string, LogicalValues][] {
  return [
    ['strategy', constantText(strategy ?? '', rows)],
    ['version', new Float64Array(rows).fill(version ?? Number.NaN)],
    ['symbol', constantText(symbol, rows)],
    ['interval', constantText(interval, rows)],
    ['indicator', constantText(code, rows)],
    ['metric', constantText(code, rows)],
  ];
}

async function* exportPlain(
  store: Store,
  table: string,
  { from, columns, order, timeColumn }: PlainExport,
  range: TimeRange,
): AsyncGenerator<RecordBatch> {
  if (timeColumn === undefined && (range.from !== undefined || range.to !== undefined))
    throw new Error(`export: ${table} has no time column; leave the range out`);
  const where = within({ table: from, timeColumn: timeColumn ?? '', where: '1 = 1', durationMs: 0 }, range);
  const isText = columns.map((name) => PLAIN_TEXTS.has(name));
  const list = columns.map((name, i) =>
    isText[i] ? quote(name) : `CAST(${quote(name)} AS DOUBLE) AS ${quote(name)}`,
  );
  const sql = `SELECT ${list.join(', ')} FROM ${from} WHERE ${where} ORDER BY ${order.map((name) => `${from}.${quote(name)}`).join(', ')}`;
  let isEmpty = true;
  for await (const rows of store.batches(sql)) {
    isEmpty = false;
    yield logicalBatch(
      columns.map((name, i) => ({ name, values: columnOf(rows, i, isText[i]!) })),
      rows.length,
    );
  }
  if (isEmpty) yield emptyBatch(columns, (_, i) => isText[i]!);
}

/** Columns of the other tables that hold text; the names mean the same in all of them. */
const PLAIN_TEXTS: ReadonlySet<string> = new Set([
  ...PARTITION,
  'source_interval',
  ...TABLES.flatMap(({ columns }) => columns.filter(({ kind }) => kind === 'text').map(({ name }) => name)),
]);

function columnOf(rows: readonly (readonly Cell[])[], index: number, isText: boolean): LogicalValues {
  return isText
    ? textsOf(rows.map((row) => row[index] as string | null))
    : Float64Array.from(rows, (row) => (row[index] as number | null) ?? Number.NaN);
}
