import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORT_OUTPUT } from '../cli/schemas/export.js';
import { cli, spawnCli } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { writeMarket } from './support/market-files.js';

// Files that leave the warehouse, compared with the CSV that went in and with each other.

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
const options = { cwd: folder.path, env: { KLINEMILL_WAREHOUSE: `duckdb:${at('facts.duckdb')}` } };
const [SOURCE] = writeMarket(folder.path, [{ symbol: 'BTCUSDT', interval: '2h', rows: 6000, seed: 31 }]) as [
  string,
];
const SOURCE_ROWS = readFileSync(SOURCE, 'utf8').trim().split('\n');

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(args, options);
  expect([code, stderr.includes('    at ')], `${args.join(' ')}\n${stderr}`).toEqual([0, false]);
  return stdout;
}

const lines = (text: string): string[] => text.trimEnd().split('\n');

beforeAll(async () => {
  await ok('load', SOURCE);
  await ok('recompute', '--threads', '1');
});
afterAll(() => folder.dispose());

describe('csv', () => {
  it('gives back the klines that were loaded, digit for digit', async () => {
    const { stdout } = await cli(['export', 'fact_kline'], options);
    const [head, ...rows] = lines(stdout);
    expect(head).toBe(
      'symbol,interval,open_time,open,high,low,close,volume,close_time,quote_volume,trade_count,taker_buy_base,taker_buy_quote',
    );
    // The source's last column is ignored.
    expect(rows).toEqual(SOURCE_ROWS.map((line) => `BTCUSDT,2h,${line.slice(0, line.lastIndexOf(','))}`));
    // Some volumes of the source are unknown.
    expect(rows.some((row) => row.endsWith(',,'))).toBe(true);
  });

  it('is the same in a file and on standard output, and says what it wrote', async () => {
    for (const table of ['fact_prediction', 'fact_prediction_result', 'dim_metric']) {
      const document = EXPORT_OUTPUT.parse(
        JSON.parse(await ok('export', table, '--out', at(`${table}.csv`), '--json')),
      );
      const text = readFileSync(at(`${table}.csv`), 'utf8');
      expect(await ok('export', table)).toBe(text);
      expect(document).toEqual({
        table,
        file: at(`${table}.csv`),
        format: 'csv',
        rows: lines(text).length - 1,
        bytes: Buffer.byteLength(text),
      });
    }
  });

  it('takes a half-open range', async () => {
    const closes = SOURCE_ROWS.map((line) => Number(line.split(',')[6]));
    const [from, to] = [closes[100]!, closes[200]!];
    const rows = lines(await ok('export', 'fact_kline', '--from', String(from), '--to', String(to))).slice(1);
    expect(rows.map((row) => Number(row.split(',')[8]))).toEqual(closes.slice(100, 200));
    // The generated market starts on Monday 2019-12-30; a bar closes a millisecond before the day ends.
    const day = lines(await ok('export', 'fact_kline', '--from', '2020-01-02', '--to', '2020-01-03')).slice(
      1,
    );
    const inside = closes.filter((close) => close >= Date.UTC(2020, 0, 2) && close < Date.UTC(2020, 0, 3));
    expect(day).toHaveLength(inside.length);
    expect(inside.length).toBeGreaterThan(5);
  });

  it('quotes what needs it', async () => {
    // In the first line it would be a header.
    writeFileSync(at('BTCUSDT-2h-dirt.csv'), `${SOURCE_ROWS[0]}\nnot,"a ""kline"""\n`);
    await ok('load', at('BTCUSDT-2h-dirt.csv'));
    const [, row] = lines(await ok('export', 'kline_reject'));
    expect(row).toMatch(/^BTCUSDT,2h,BTCUSDT-2h-dirt\.csv,[0-9a-f]{64},2,PARSE,"not,""a """"kline"""""""$/);
  });

  it('has its header when there are no rows', async () => {
    expect(await ok('export', 'kline_revision')).toMatch(/^symbol,interval,open_time,.*,revision,run_id\n$/);
    expect(await ok('export', 'fact_prediction_result', '--from', '2100-01-01')).toMatch(
      /^strategy,version,.*,has_gap\n$/,
    );
  });
});

describe.each([
  'fact_indicator',
  'fact_prediction',
  'fact_prediction_result',
  'fact_kline',
  'kline_revision',
])('%s in every format', (table) => {
  const expected = async (): Promise<{ names: string[]; rows: string[] }> => {
    const [head, ...rows] = lines(await ok('export', table));
    return { names: head!.split(','), rows };
  };
  const text = (cell: unknown): string => (cell === null ? '' : String(cell));

  it('arrow', async () => {
    await ok('export', table, '--out', at(`${table}.arrow`));
    const arrow = tableFromIPC(readFileSync(at(`${table}.arrow`)));
    const { names, rows } = await expected();
    expect(arrow.schema.fields.map((field) => field.name)).toEqual(names);
    expect(arrow.numRows).toBe(rows.length);
    const found = arrow.toArray().map((row) => names.map((name) => text(row[name])).join(','));
    expect(found).toEqual(rows);
  });

  it('parquet', async () => {
    await ok('export', table, '--out', at(`${table}.parquet`));
    const { names, rows } = await expected();
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet('${at(`${table}.parquet`)}')`);
    expect(reader.columnNames()).toEqual(names);
    expect(reader.getRows().map((row) => row.map(text).join(','))).toEqual(rows);
    connection.closeSync();
    instance.closeSync();
  });
});

it('a failed export leaves the old file and nothing else', async () => {
  writeFileSync(at('old.csv'), 'old');
  const { code } = await cli(['export', 'nothing', '--out', at('old.csv')], options);
  expect([code, readFileSync(at('old.csv'), 'utf8')]).toEqual([2, 'old']);
  expect(readdirSync(folder.path).filter((name) => /part|scratch/.test(name))).toEqual([]);
});

it('a reader that goes away is no failure', async () => {
  const child = spawnCli(['export', 'fact_indicator'], options);
  let stderr = '';
  child.stderr!.on('data', (piece) => {
    stderr += String(piece);
  });
  child.stdout!.once('data', () => child.stdout!.destroy());
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, stderr]).toEqual([0, '']);
});

describe('Ctrl-C', () => {
  it('rolls the load under way back', async () => {
    const child = spawnCli(['load', '-', '--symbol', 'ETHUSDT', '--interval', '2h'], options);
    let stderr = '';
    const asked = new Promise<void>((resolve) => {
      child.stderr!.on('data', (piece) => {
        stderr += String(piece);
        if (stderr.includes('stopping')) resolve();
      });
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    child.stdin!.on('error', () => {});
    const half = SOURCE_ROWS.slice(0, 5000);
    child.stdin!.write(`${half.join('\n')}\n`);
    await untilHeld();
    child.kill('SIGINT');
    await asked;
    // The rest makes the loader look up.
    child.stdin!.end(`${SOURCE_ROWS.slice(5000).join('\n')}\n`);
    expect(await ended).toBe(130);
    expect(stderr).toMatch(/stopped by SIGINT; what was under way is rolled back\n$/);
    const { partitions } = JSON.parse(await ok('status', '--json'));
    expect(partitions.map((partition: { symbol: string }) => partition.symbol)).toEqual(['BTCUSDT']);
  });

  it('rolls the recompute under way back; the next one does all of it', async () => {
    const before = await ok('verify', '--json');
    const child = spawnCli(['recompute', '--force', '--threads', '0', '--chunk-rows', '16'], options);
    let stderr = '';
    child.stderr!.on('data', (piece) => {
      stderr += String(piece);
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    await untilHeld();
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(stderr).toMatch(/stopped by SIGINT/);
    expect(await ok('verify', '--json')).toBe(before);
    const { runs } = JSON.parse(await ok('runs', '--json'));
    expect(runs[0]).toMatchObject({ kind: 'recompute', status: 'FAILED' });
  });

  /** The run's row is committed when the work begins: the write-ahead log appears beside the file. */
  async function untilHeld(): Promise<void> {
    while (!existsSync(at('facts.duckdb.wal'))) await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
