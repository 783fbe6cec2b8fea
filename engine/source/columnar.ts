import { UserError } from '../errors.js';
import { milliseconds, type RowRules } from './check-row.js';
import { ChunkBuilder, type LocalChunk, type RowOrigin } from './chunk-builder.js';
import { type ChunkMemory, COLUMN, COLUMN_COUNT, ownMemory, rawText } from './kline-chunk.js';

/** Stands for a cell that holds something that is no number. */
export const UNREADABLE = Number.POSITIVE_INFINITY;
/** Columns that may not be unknown, where the file has them. */
const NEEDED = 7;
/** When so many rows from the start do not parse, the file holds no klines. */
const HOPELESS_ROWS = 1000;

/** Rows of a columnar file, in SPEC 2's order of columns; null where the file has none. */
export interface ColumnBatch {
  readonly rows: number;
  /** NULL is NaN; times are ms or, where the file holds plain numbers, what they are. */
  readonly columns: readonly (Float64Array | null)[];
  /** How a column of text wrote its cells. */
  readonly texts?: readonly (((row: number) => string) | null)[];
}

export interface ColumnarOptions extends RowRules {
  /** Stands in error messages. */
  readonly name: string;
  readonly memory?: ChunkMemory;
}

/**
 * Klines of a columnar file as chunks, by the same checks as those of a CSV text. A row's line is its number from 1; its
 * raw text is its values, separated by commas, in the order of SPEC 2.
 *
 * @throws UserError when none of a thousand rows can be read
 */
export async function* readBatches(
  batches: AsyncIterable<ColumnBatch>,
  options: ColumnarOptions,
): AsyncGenerator<LocalChunk> {
  const builder = new ChunkBuilder(options, options.memory ?? ownMemory());
  let line = 0;
  let readable = 0;
  for await (const batch of batches) {
    const origin = new BatchOrigin(batch);
    for (let row = 0; row < batch.rows; row++) {
      line++;
      if (put(batch, row, builder, options.durationMs)) {
        readable++;
        builder.keep(origin, row, row + 1, line);
      } else builder.rejectParse(line, origin.text(row));
      if (readable === 0 && line === HOPELESS_ROWS)
        throw new UserError(
          `load: '${options.name}' holds no klines: none of its first ${line} rows has a number in every column that needs one`,
        );
      if (builder.isFull) yield builder.take();
    }
  }
  if (!builder.isEmpty) yield builder.take();
}

/** Writes a row to the builder's next slot. Returns false for a PARSE reject. */
function put(batch: ColumnBatch, row: number, builder: ChunkBuilder, durationMs: number): boolean {
  const { columns, rows: slot } = builder;
  for (let c = 0; c < COLUMN_COUNT; c++) {
    const value = batch.columns[c]?.[row] ?? Number.NaN;
    if (!Number.isFinite(value) && (!Number.isNaN(value) || (c < NEEDED && batch.columns[c] !== null)))
      return false;
    columns[c]![slot] = value;
  }
  const openTime = columns[COLUMN.OPEN_TIME]![slot]!;
  // Files of freqtrade and many others leave out what follows from the interval.
  if (batch.columns[COLUMN.CLOSE_TIME] === null)
    columns[COLUMN.CLOSE_TIME]![slot] = milliseconds(openTime) + durationMs - 1;
  const count = columns[COLUMN.TRADE_COUNT]![slot]!;
  return (
    Number.isInteger(openTime) &&
    Number.isInteger(columns[COLUMN.CLOSE_TIME]![slot]) &&
    (Number.isInteger(count) || Number.isNaN(count))
  );
}

class BatchOrigin implements RowOrigin {
  constructor(private readonly batch: ColumnBatch) {}

  text(row: number): string {
    const { columns, texts } = this.batch;
    const cells = columns.map((column, c) => texts?.[c]?.(row) ?? cellText(column?.[row]));
    const bytes = Buffer.from(cells.join(','));
    return rawText(bytes, bytes.length);
  }
}

function cellText(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '' : String(value);
}
