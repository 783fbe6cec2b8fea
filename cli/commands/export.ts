import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RecordBatch } from 'apache-arrow';
import { type Command, Option } from 'commander';
import { UserError } from '../../engine/index.js';
import { encodeArrow, encodeCsv, type TimeRange, type Warehouse } from '../../warehouse/index.js';
import { type CommonOptions, common, group } from '../command.js';
import { replaceFile } from '../files.js';
import { counted, whole } from '../format.js';
import { interruptible, stopIfInterrupted } from '../interruption.js';
import { withReader } from '../open.js';
import { print, write } from '../output.js';
import type { EXPORT_OUTPUT } from '../schemas/export.js';
import { timeRange } from '../time-range.js';
import { parseTime } from '../values.js';

const FORMATS = ['csv', 'parquet', 'arrow'] as const;
type Format = (typeof FORMATS)[number];

interface ExportOptions extends CommonOptions {
  readonly out: string;
  readonly from?: number;
  readonly to?: number;
}

/** `klinemill export` */
export function exportCommand(): Command {
  const command = group('export', 'write a table to a file')
    .argument('<table>', 'any fact_*, dim_* or kline_* table')
    .option('--out <file>', 'file that ends in .csv, .parquet or .arrow; - is CSV on stdout', '-')
    .addOption(new Option('--from <time>', "first moment of the table's time column").argParser(parseTime))
    .addOption(new Option('--to <time>', 'first moment after it').argParser(parseTime));
  return common(command).action((table: string, options: ExportOptions) =>
    withReader(options, async (warehouse) => {
      const format = formatOf(options);
      const counter = { rows: 0 };
      const batches = counting(tableRows(warehouse, table, timeRange('export', options)), counter);
      if (options.out === '-') {
        for await (const piece of encodeCsv(batches)) await write(piece);
        return;
      }
      await interruptible(() =>
        replaceFile(options.out, async (passing) => {
          await writeAs(format, batches, passing, options.memoryLimit);
          stopIfInterrupted();
        }),
      );
      const { size } = await stat(options.out);
      const document = { table, file: options.out, format, rows: counter.rows, bytes: size };
      await print<typeof EXPORT_OUTPUT>(
        options,
        document,
        () => `${table}: ${counted(counter.rows, 'row')}, ${whole(size)} bytes written to ${options.out}`,
      );
    }),
  );
}

function formatOf({ out, json }: ExportOptions): Format {
  if (out === '-') {
    if (json === true)
      throw new UserError('export: --json says what was written to a file: it needs --out FILE');
    return 'csv';
  }
  const format = FORMATS.find((known) => out.endsWith(`.${known}`));
  if (format === undefined)
    throw new UserError(`export: '${out}' does not end in .${FORMATS.join(', .')}, which say the format`);
  return format;
}

/** Rows of a table. What the warehouse says about the request itself, it says under the name of the area. */
async function* tableRows(
  warehouse: Warehouse,
  table: string,
  range: TimeRange,
): AsyncGenerator<RecordBatch> {
  try {
    yield* warehouse.exportTable(table, range);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('export: '))
      throw new UserError(error.message, { cause: error });
    throw error;
  }
}

async function* counting(
  batches: AsyncIterable<RecordBatch>,
  counter: { rows: number },
): AsyncGenerator<RecordBatch> {
  for await (const batch of batches) {
    counter.rows += batch.numRows;
    yield batch;
    stopIfInterrupted();
  }
}

async function writeAs(
  format: Format,
  batches: AsyncIterable<RecordBatch>,
  path: string,
  memoryLimit: string,
): Promise<void> {
  if (format === 'parquet') {
    const { writeParquet } = await import('../export/parquet.js');
    return writeParquet(batches, path, memoryLimit);
  }
  const pieces = format === 'csv' ? encodeCsv(batches) : encodeArrow(batches, 'file');
  return pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 1 }), createWriteStream(path));
}
