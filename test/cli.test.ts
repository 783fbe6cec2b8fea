import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { JSON_OUTPUT } from '../cli/schemas/index.js';
import { openWarehouse } from '../warehouse/index.js';
import { cli, type Ended } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { writeMarket } from './support/market-files.js';

// Every command through its own process, on the built program and a real database.

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
const file = at('facts.duckdb');
const env = { KLINEMILL_WAREHOUSE: `duckdb:${file}` };
const run = (...args: string[]): Promise<Ended> => cli(args, { cwd: folder.path, env });

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stderr], args.join(' ')).toEqual([0, expect.not.stringContaining('    at ')]);
  return stdout;
}

/** The document of a command, checked against its schema. */
async function json<Key extends keyof typeof JSON_OUTPUT>(
  key: Key,
  ...args: string[]
): Promise<z.infer<(typeof JSON_OUTPUT)[Key]>> {
  const document = JSON.parse(await ok(...args, '--json'));
  const { error } = JSON_OUTPUT[key].safeParse(document);
  expect(error?.issues ?? [], `${key}: ${args.join(' ')}`).toEqual([]);
  seen.add(key);
  return document;
}
const seen = new Set<string>();

/** A mistake: one line on stderr, nothing on stdout, exit code 2. */
async function refused(args: readonly string[], line: RegExp): Promise<void> {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stdout, stderr.trimEnd().split('\n').length], `${args.join(' ')}\n${stderr}`).toEqual([
    2,
    '',
    1,
  ]);
  expect(stderr).toMatch(line);
  expect(stderr).toMatch(/^klinemill: /);
}

const FILES = writeMarket(folder.path, [
  { symbol: 'BTCUSDT', interval: '1h', rows: 3000, seed: 11 },
  { symbol: 'BTCUSDT', interval: '2h', rows: 1500, seed: 12 },
  { symbol: 'ETHUSDT', interval: '1h', rows: 2000, seed: 13 },
]);
// A row that contradicts a loaded one (another high) and one that is no kline at all.
const BAD = at('BTCUSDT-2h-bad.csv');
const first = readFileSync(FILES[1]!, 'utf8').split('\n')[0]!.split(',');
writeFileSync(
  BAD,
  `${[...first.slice(0, 2), Number(first[2]) + 1, ...first.slice(3)].join(',')}\n"a,b",""\n`,
);

beforeAll(async () => {
  await ok('load', ...FILES);
});
afterAll(() => folder.dispose());

describe('documents', () => {
  it('load, again: nothing is added', async () => {
    const { files } = await json('load', 'load', ...FILES);
    expect(files.map((loaded) => [loaded.symbol, loaded.interval, loaded.read, loaded.added])).toEqual([
      ['BTCUSDT', '1h', 3000, 0],
      ['BTCUSDT', '2h', 1500, 0],
      ['ETHUSDT', '1h', 2000, 0],
    ]);
    expect(files.every((loaded) => loaded.duplicates === loaded.read)).toBe(true);
  });

  it('load of bad rows says why', async () => {
    const { files } = await json('load', 'load', BAD);
    expect(files[0]).toMatchObject({
      read: 2,
      added: 0,
      conflicts: 1,
      rejected: { CONFLICT: 1, PARSE: 1 },
      new_rejects: 2,
    });
  });

  it('load from standard input under a given name', async () => {
    const input = readFileSync(FILES[2]!);
    const args = ['load', '-', '--symbol', 'XRPUSDT', '--interval', '1h', '--now', '2020-01-31', '--json'];
    const { code, stdout } = await cli(args, { cwd: folder.path, env, input });
    expect(code).toBe(0);
    const { files } = JSON.parse(stdout);
    // The clock stands at 2020-01-31: what closes at or after it is open. Counted from the file itself.
    const closed = input
      .toString()
      .split('\n')
      .filter((line) => line !== '' && Number(line.split(',')[6]) < Date.UTC(2020, 0, 31));
    expect(closed.length).toBeGreaterThan(0);
    expect(files[0]).toMatchObject({ symbol: 'XRPUSDT', added: closed.length });
    expect(files[0].rejected.OPEN_BAR).toBe(2000 - closed.length);
  });

  it('recompute, then again: nothing is stale', async () => {
    const before = await json('status', 'status');
    expect(before.stale_stages).toBeGreaterThan(0);
    const done = await json('recompute', 'recompute', '--threads', '1', '--chunk-rows', '700');
    expect(done.run_id).toBeGreaterThan(0);
    expect(done.tasks.length).toBeGreaterThanOrEqual(4);
    expect((await json('recompute', 'recompute')).run_id).toBeNull();
    const after = await json('status', 'status');
    expect(after.stale_stages).toBe(0);
    const btc2h = after.partitions.find((p) => p.symbol === 'BTCUSDT' && p.interval === '2h')!;
    expect(btc2h).toMatchObject({ rows: 1500, rejects: { CONFLICT: 1, PARSE: 1 } });
    expect(btc2h.stages.map((stage) => [stage.stage, stage.strategy, stage.rows])).toEqual([
      ['indicators', null, 1500],
      ['strategy', 'btc-2h', 1500],
      ['strategy', 'trend-momentum', 1500],
    ]);
  });

  it('gaps are those of the file', async () => {
    const { gaps } = await json('gaps', 'gaps', '--symbol', 'BTCUSDT', '--interval', '2h');
    const opens = readFileSync(FILES[1]!, 'utf8')
      .trim()
      .split('\n')
      .map((line) => Number(line.split(',')[0]));
    const expected = opens.flatMap((open, i) => {
      const missing = i === 0 ? 0 : (open - opens[i - 1]!) / 7_200_000 - 1;
      return missing === 0 ? [] : [{ from_time: open - missing * 7_200_000, to_time: open, missing }];
    });
    expect(expected.length).toBeGreaterThan(0);
    expect(gaps).toEqual(expected.map((gap) => ({ symbol: 'BTCUSDT', interval: '2h', ...gap })));
  });

  it('mine: counted again from the exported results; the same is stored once', async () => {
    const args = [
      'mine',
      '--strategy',
      'btc-2h',
      '--side',
      'SELL',
      '--min-support',
      '0.1',
      '--max-length',
      '2',
    ];
    const document = await json('mine', ...args);
    await ok('export', 'fact_prediction_result', '--out', at('mined.csv'));
    const trades = csvRows(at('mined.csv')).filter(
      (row) => row.strategy === 'btc-2h' && row.action === 'SELL' && row.result_status !== 'EXPIRED',
    );
    const wins = trades.filter((row) => row.result_status === 'WIN');
    expect(document).toMatchObject({
      is_new: true,
      strategies: ['btc-2h@1'],
      side: 'SELL',
      trades: trades.length,
      wins: wins.length,
      in_sample_trades: Math.floor((7 * trades.length) / 10),
      constant_items: ['ACTION_SELL', 'INTERVAL_2h', 'SYMBOL_BTCUSDT'],
    });
    const weak = wins.filter((row) => row.is_strong === '0').length;
    const structure = document.frequent_structures.find(({ items }) => items.join() === 'EDGE_WEAK');
    expect(structure).toEqual({ items: ['EDGE_WEAK'], count: weak, support: weak / wins.length });
    const rule = document.edge_rules.find(({ items }) => items.join() === 'EDGE_WEAK')!;
    expect(rule.count).toBe(trades.filter((row) => row.is_strong === '0').length);
    expect(rule.in_sample.count + rule.out_of_sample.count).toBe(rule.count);
    expect(document.edges).toBe(document.edge_rules.filter(({ is_edge }) => is_edge).length);

    const again = await json('mine', ...args);
    expect(again).toEqual({ ...document, is_new: false });
    const { rows } = await json(
      'sql',
      'sql',
      `SELECT (SELECT count(*) FROM mining_run), (SELECT count(*) FROM pattern_itemset),
         (SELECT count(*) FROM pattern_rule WHERE kind = 'EDGE'), (SELECT count(*) FROM run WHERE kind = 'mine')`,
    );
    expect(rows).toEqual([[1, document.frequent_structures.length, document.edge_rules.length, 1]]);
    expect(await ok(...args, '--top', '3')).toMatch(/edge rules: structure -> WIN \(\d+\)/);
  });

  it('report: figures of SPEC 7, counted again from the exported results', async () => {
    const { rows } = await json('report', 'report', '--strategy', 'btc-2h', '--symbol', 'BTCUSDT');
    expect(rows).toHaveLength(1);
    await ok('export', 'fact_prediction_result', '--out', at('results.csv'));
    const results = csvRows(at('results.csv')).filter((row) => row.strategy === 'btc-2h');
    const pnl = (status: string) =>
      results.filter((row) => row.result_status === status).map((row) => Number(row.pnl_pct));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [wins, losses] = [pnl('WIN'), pnl('LOSS')];
    const rate = wins.length / (wins.length + losses.length);
    expect(rows[0]).toMatchObject({
      wins: wins.length,
      losses: losses.length,
      expired: pnl('EXPIRED').length,
      win_rate: rate,
    });
    expect(wins.length * losses.length).toBeGreaterThan(0);
    expect(rows[0].expectancy_pct).toBeCloseTo(rate * mean(wins) + (1 - rate) * mean(losses), 12);
    expect(rows[0].total_pnl_pct).toBeCloseTo(
      results.reduce((sum, row) => sum + Number(row.pnl_pct), 0),
      9,
    );
  });

  it('report: groups, filters and two strategies side by side', async () => {
    const regimes = await json(
      'report',
      'report',
      '--by',
      'regime',
      '--strategy',
      'btc-2h',
      '--confirmed-only',
    );
    expect(regimes).toMatchObject({ by: 'regime', confirmed_only: true, allocation: 0.1, comparison: null });
    expect(regimes.rows.map(({ group }) => group)).toContain('TREND_UP');
    const pair = await json('report', 'report', '--compare', 'btc-2h', 'trend-momentum', '--interval', '2h');
    expect(pair.overall.map(({ strategy }) => strategy)).toEqual(['btc-2h', 'trend-momentum']);
    expect(pair.comparison!.changes).toHaveLength(pair.comparison!.changed);
    expect(pair.comparison!.changed).toBeGreaterThan(0);
    expect(await ok('report', '--by', 'hour')).toContain('max drawdown');
    expect(await ok('report', '--from', '2100-01-01')).toContain('no prediction is among what was asked for');
    expect(await ok('report', '--compare', 'btc-2h', 'trend-momentum')).toContain('differ');
  });

  it('explain: a prediction by its id and by a time within its bar', async () => {
    const where =
      "strategy = 'btc-2h' AND symbol = 'BTCUSDT' AND is_tradable = 1 ORDER BY predicting_at LIMIT 1";
    const found = await json(
      'sql',
      'sql',
      `SELECT version, predicting_at FROM fact_prediction WHERE "interval" = '2h' AND ${where}`,
    );
    const [version, at] = found.rows[0] as [number, number];
    const id = `btc-2h@${version}:BTCUSDT:2h:${at}`;
    const page = await json('explain', 'explain', id);
    expect(page).toMatchObject({ prediction_id: id, is_tradable: true, flip: null });
    const bar = ['--symbol', 'BTCUSDT', '--interval', '2h', '--strategy', `btc-2h@${version}`];
    expect(await json('explain', 'explain', ...bar, '--at', String(at - 1_000))).toEqual(page);
    const text = await ok('explain', id);
    expect(text).toContain('buy  score');
    // One page: the kernels of its own indicators, each once, not those of all that are stored.
    expect(text.match(/\bMACD macd@/g)).toHaveLength(1);
    expect(text).toContain('condition CROSS_UP cross@');
    expect(text).not.toContain('PSAR');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(160);
  });

  it('audit passes', async () => {
    expect(await json('audit', 'audit', '--threads', '0')).toMatchObject({ problems: [], stale: [] });
    expect(await ok('audit', '--all', '--threads', '0')).toContain('everything holds');
  });

  it('runs and what one of them did', async () => {
    const { runs } = await json('runs', 'runs');
    const recompute = runs.find((item) => item.kind === 'recompute')!;
    const document = await json('runs RUN', 'runs', String(recompute.run_id));
    expect(document.tasks.some((task) => task.strategy === 'btc-2h@1' && task.stage === 'strategy')).toBe(
      true,
    );
    expect((await json('runs', 'runs', '--limit', '1')).runs).toEqual(runs.slice(0, 1));
  });

  it('verify lists the checksums of SPEC 9', async () => {
    const rows = await json('verify', 'verify', '--threads', '0');
    expect(rows).toContainEqual(
      expect.objectContaining({
        table: 'fact_kline',
        strategy: null,
        symbol: 'ETHUSDT',
        interval: '1h',
        rows: 2000,
      }),
    );
    expect(Object.keys(rows[0])).toEqual([
      'table',
      'strategy',
      'version',
      'symbol',
      'interval',
      'rows',
      'checksum',
    ]);
  });

  it('sql, numbers as numbers and unknown as null', async () => {
    expect(await json('sql', 'sql', "SELECT 1.5 AS x, NULL AS y, 'z' AS z, 9007199254740991 AS big")).toEqual(
      {
        columns: ['x', 'y', 'z', 'big'],
        rows: [[1.5, null, 'z', 9007199254740991]],
      },
    );
  });

  it('migrate, idempotent, leaves a strategy of the same name alone', async () => {
    const text = (await ok('strategy', 'export', 'btc-2h')).replace('min_edge: 1', 'min_edge: 1.25');
    writeFileSync(at('mine.yaml'), text);
    expect((await json('strategy import', 'strategy', 'import', at('mine.yaml'))).imported[0]).toMatchObject({
      strategy: 'btc-2h',
      version: 2,
      created: true,
    });
    expect(await json('migrate', 'migrate')).toMatchObject({ applied: [], seeded: [] });
    const { strategies } = await json('strategy list', 'strategy', 'list');
    expect(strategies.map((s) => `${s.strategy}@${s.version}`)).toEqual(['btc-2h@2', 'trend-momentum@1']);
    const all = await json('strategy list', 'strategy', 'list', '--all');
    expect(all.strategies).toHaveLength(3);
  });
});

describe('strategies', () => {
  it('import of the same content changes nothing, from a file or from standard input', async () => {
    const shown = await json('strategy show', 'strategy', 'show', 'btc-2h@1');
    const text = await ok('strategy', 'export', 'btc-2h@1');
    await ok('strategy', 'export', 'btc-2h', '--out', at('again.yaml'));
    const { runs } = await json('runs', 'runs');
    expect((await json('strategy import', 'strategy', 'import', at('again.yaml'))).imported[0].created).toBe(
      false,
    );
    // The older version again is changed content: a third version with the hash of the first.
    const { code, stdout } = await cli(['strategy', 'import', '-', '--json'], {
      cwd: folder.path,
      env,
      input: text,
    });
    expect([code, JSON.parse(stdout).imported[0].version]).toEqual([0, 3]);
    expect((await json('strategy show', 'strategy', 'show', 'btc-2h@3')).content_hash).toBe(
      shown.content_hash,
    );
    expect((await json('runs', 'runs')).runs).toHaveLength(runs.length + 1);
    await json('strategy export', 'strategy', 'export', 'btc-2h');
  });

  it('of several files none is imported when one is refused', async () => {
    const good = (await ok('strategy', 'export', 'btc-2h')).replace('strategy: btc-2h', 'strategy: fresh');
    writeFileSync(at('good.yaml'), good);
    writeFileSync(
      at('wrong.yaml'),
      good.replace('strategy: fresh', 'strategy: wrong').replace('RSI14', 'RSI15'),
    );
    await refused(['strategy', 'import', at('good.yaml'), at('wrong.yaml')], /wrong.*indicator.*RSI15/);
    const { strategies } = await json('strategy list', 'strategy', 'list');
    expect(strategies.map((s) => s.strategy)).toEqual(['btc-2h', 'trend-momentum']);
  });

  it('a disabled one is not computed, until it is enabled', async () => {
    expect((await json('strategy disable', 'strategy', 'disable', 'trend-momentum')).is_enabled).toBe(false);
    const plan = async (name: string): Promise<number> => {
      const { partitions } = await json('status', 'status');
      return partitions.flatMap((p) => p.stages).filter((s) => s.is_stale && s.strategy === name).length;
    };
    await ok(
      'load',
      ...writeMarket(folder.path, [{ symbol: 'SOLUSDT', interval: '1h', rows: 500, seed: 14 }]),
    );
    expect(await plan('trend-momentum')).toBe(0);
    expect((await json('strategy enable', 'strategy', 'enable', 'trend-momentum')).is_enabled).toBe(true);
    expect(await plan('trend-momentum')).toBeGreaterThan(0);
    await ok('recompute');
  });
});

describe('mistakes', () => {
  it.each<[string[], RegExp]>([
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['status', '--colour'], /unknown option '--colour'/],
    [['status', 'extra'], /too many arguments/],
    [['load'], /missing required argument 'files'/],
    [['load', 'nowhere-1h.csv'], /no file 'nowhere-1h.csv'/],
    [['load', 'BTCUSDT.csv'], /does not say symbol and interval/],
    [['load', '-', '--symbol', 'X', '--interval', '7m'], /'7m' is invalid.*one of 1m, 3m/],
    [['load', 'x.csv', '--now', 'today'], /'today' is invalid.*no time/],
    [['recompute', '--strategy', 'nope'], /no 'nope'; known are btc-2h, trend-momentum/],
    [['recompute', '--symbol', 'DOGE'], /no klines of DOGE are loaded; loaded are BTCUSDT 1h/],
    [['recompute', '--threads', '-1'], /no whole number of at least 0/],
    [['recompute', '--chunk-rows', '0'], /no whole number of at least 1/],
    [['report', '--compare', 'btc-2h'], /--compare takes two strategy versions, not 1/],
    [['report', '--allocation', '0'], /no number above 0 and at most 1/],
    [['explain', 'btc-2h:BTCUSDT'], /is not strategy@version:symbol:interval:predicting_at/],
    [['explain', 'btc-2h@1:BTCUSDT:2h:5'], /there is no prediction btc-2h@1:BTCUSDT:2h:5/],
    [['explain', 'btc-2h@1:BTCUSDT:2h:5', '--symbol', 'ETHUSDT'], /a prediction id says it all/],
    [['report', '--from', '2020-01-02', '--to', '2020-01-01'], /report: --from is not before --to/],
    [['explain', '--symbol', 'BTCUSDT'], /all of --symbol, --interval, --strategy and --at/],
    [['report', '--strategy', 'btc-2h@99'], /no version 99; it has 1, 2/],
    [['mine', '--min-support', '0'], /'0' is invalid.*above 0 and at most 1/],
    [['mine', '--max-length', '0'], /no whole number of at least 1/],
    [['mine', '--side', 'HOLD'], /'HOLD' is invalid.*BUY, SELL/],
    [['mine', '--strategy', 'nope'], /no 'nope'; known are/],
    [['mine', '--from', '2100-01-01'], /^klinemill: mine: no confirmed trade \(WIN or LOSS\)/],
    [['mine', '--from', '2020-01-02', '--to', '2020-01-02'], /--from is not before --to/],
    [['export', 'fact_nothing'], /table 'fact_nothing' is not one of fact_kline/],
    [['export', 'fact_kline', '--out', 'x.txt'], /does not end in \.csv, \.parquet, \.arrow/],
    [['export', 'fact_kline', '--out', 'no/such/x.csv'], /folder of 'no\/such\/x\.csv' does not exist/],
    [['export', 'fact_kline', '--from', '2020-02-30'], /'2020-02-30' is invalid/],
    [['export', 'fact_kline', '--from', '2020-01-02', '--to', '2020-01-02'], /--from is not before --to/],
    [['export', 'dim_metric', '--from', '2020-01-02'], /no time column/],
    [['export', 'fact_kline', '--json'], /needs --out FILE/],
    [['strategy', 'show', 'nope'], /no 'nope'/],
    [['strategy', 'import', 'nope.yaml'], /no file 'nope.yaml'/],
    [['strategy', 'disable', 'btc-2h@1'], /switched as a whole/],
    [['runs', '12345'], /no run 12345/],
    [['sql', 'DELETE FROM run'], /takes SELECT or EXPLAIN, not DELETE/],
    [['sql', 'SELECT nothing'], /nothing/],
    [['forget', '--symbol', 'BTCUSDT'], /required option '--interval <interval>' not specified/],
    [['forget', '--symbol', 'DOGE', '--interval', '1h'], /no klines of DOGE 1h/],
    [
      ['status', '--warehouse', 'redis://me:secret@host/db'],
      /'redis:\/\/me:\*\*\*@host\/db' is neither duckdb:PATH nor mysql:\/\//,
    ],
    [['status', '--memory-limit', 'much'], /'much' is invalid.*no size/],
  ])('%j', (args, line) => refused(args, line));

  it('no stack trace, unless asked for', async () => {
    const quiet = await run('strategy', 'show', 'nope');
    const loud = await cli(['strategy', 'show', 'nope'], {
      cwd: folder.path,
      env: { ...env, KLINEMILL_DEBUG: '1' },
    });
    expect([quiet.code, loud.code]).toEqual([2, 2]);
    expect(quiet.stderr).not.toMatch(/\n\s+at /);
    expect(loud.stderr).toMatch(/\n\s+at /);
  });

  it.each([
    ['status'],
    ['gaps'],
    ['check'],
    ['report'],
    ['mine'],
    ['runs'],
    ['verify'],
    ['strategy', 'list'],
    ['strategy', 'export', 'btc-2h'],
    ['export', 'fact_kline'],
    ['sql', 'SELECT 1'],
  ])('%s %s: reading makes no warehouse', async (...args) => {
    const path = at('absent.duckdb');
    await refused([...args, '--warehouse', `duckdb:${path}`], /does not exist yet; load klines first/);
    expect(existsSync(path)).toBe(false);
  });

  it('help is an answer, no command is a mistake', async () => {
    const help = await run('--help');
    expect([help.code, help.stderr]).toEqual([0, '']);
    for (const name of ['start', 'load', 'recompute', 'report', 'verify'])
      expect(help.stdout).toContain(name);
    const none = await run();
    expect([none.code, none.stdout]).toEqual([2, '']);
    expect(none.stderr).toContain('Usage: klinemill');
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect((await run('--version')).stdout).toBe(`${version}\n`);
  });

  it('a warehouse that another process holds: one line, exit code 3', async () => {
    const warehouse = await openWarehouse(`duckdb:${file}`);
    try {
      for (const args of [['status'], ['load', FILES[0]!]]) {
        const { code, stdout, stderr } = await run(...args);
        expect([code, stdout]).toEqual([3, '']);
        expect(stderr).toMatch(
          new RegExp(`^klinemill: warehouse: .* is held by process ${process.pid};.*\\n$`),
        );
      }
    } finally {
      await warehouse.close();
    }
  });
});

describe('forget', () => {
  it('removes a partition, and coarser exits that it decided become stale', async () => {
    expect((await json('status', 'status')).stale_stages).toBe(0);
    const document = await json('forget', 'forget', '--symbol', 'BTCUSDT', '--interval', '1h');
    expect(document.klines).toBe(3000);
    const { partitions } = await json('status', 'status');
    expect(partitions.map((p) => `${p.symbol} ${p.interval}`)).not.toContain('BTCUSDT 1h');
    const btc2h = partitions.find((p) => p.symbol === 'BTCUSDT' && p.interval === '2h')!;
    const stages = btc2h.stages.map((stage) => [stage.strategy, stage.is_stale, stage.reason]);
    expect(stages).toContainEqual(['btc-2h', true, 'finer bars']);
    await ok('recompute');
    await ok('verify');
    const { rows } = await json(
      'sql',
      'sql',
      "SELECT count(*) FROM fact_prediction WHERE symbol = 'BTCUSDT' AND \"interval\" = '1h'",
    );
    expect(rows).toEqual([[0]]);
  });
});

describe('verify', () => {
  it('finds a fact that was tampered with: exit code 1, and where', async () => {
    const instance = await DuckDBInstance.create(file);
    const connection = await instance.connect();
    await connection.run(
      'UPDATE bar_indicator SET rsi14 = rsi14 + 1e-9 WHERE close_time = (SELECT max(close_time) FROM bar_indicator)',
    );
    connection.closeSync();
    instance.closeSync();
    const { code, stderr } = await run('verify');
    expect(code).toBe(1);
    expect(stderr).toMatch(/klinemill: fact_indicator \w+ \w+ at .*RSI14 is .* recomputed /);
    await ok('recompute', '--force');
    await ok('verify');
  });
});

describe.each(['verify', 'audit'])('%s', (command) => {
  it('is no success when every partition waits for a recompute: exit code 1, and what to do', async () => {
    const stale = `duckdb:${at(`stale-${command}.duckdb`)}`;
    await ok('load', FILES[1]!, '--warehouse', stale);
    const { code, stdout, stderr } = await run(command, '--warehouse', stale);
    expect([code, stdout]).toEqual([1, expect.stringContaining('nothing is proved')]);
    expect(stderr.trim().split('\n').at(-1)).toBe(
      `klinemill: ${command}: nothing was looked at: every partition waits for a recompute; klinemill recompute first`,
    );
    await ok('recompute', '--warehouse', stale);
    expect(await ok(command, '--warehouse', stale)).not.toContain('nothing is proved');
  });

  it('refuses a filter that leaves nothing that is computed', async () => {
    await refused([command, '--symbol', 'DOGEUSDT'], /no klines of DOGEUSDT are loaded; loaded are /);
    await refused([command, '--strategy', 'btc-2h@1'], /strategy: 'btc-2h@1' is not computed; /);
    const empty = `duckdb:${at(`empty-${command}.duckdb`)}`;
    await ok('load', FILES[1]!, '--warehouse', empty);
    await ok('forget', '--symbol', 'BTCUSDT', '--interval', '2h', '--warehouse', empty);
    await refused([command, '--warehouse', empty], /no klines are loaded; klinemill load brings them/);
  });
});

describe('bench', () => {
  it('measures every stage and thread count on made-up bars, and leaves nothing in the temporary folder', async () => {
    const temporary = at('temporary');
    mkdirSync(temporary);
    const { code, stdout, stderr } = await cli(['bench', '--bars', '3000', '--json'], {
      cwd: folder.path,
      env: { TMPDIR: temporary, TMP: temporary, TEMP: temporary },
    });
    expect([code, stderr]).toEqual([0, '']);
    const document = JSON_OUTPUT.bench.parse(JSON.parse(stdout));
    seen.add('bench');
    expect(readdirSync(temporary)).toEqual([]);
    // Outages of the market take a few hours in a thousand.
    expect(document.bars).toBeGreaterThan(2900);
    expect(document.bars).toBeLessThanOrEqual(3000);
    expect(document.strategies).toContain('trend-momentum@1');
    expect(document.stages.map(({ stage }) => stage)).toEqual([
      'parse',
      'write klines',
      'read klines',
      'compute',
      'encode facts',
      'write facts',
      'close',
    ]);
    expect(document.stages.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    const counts = document.threads.map(({ threads }) => threads);
    expect(counts).toEqual(expect.arrayContaining([0, 1, document.machine.cores]));
    expect(counts).toContain(document.pays.threads);
    for (const timed of [...document.stages, ...document.threads]) {
      expect(timed.min_ms).toBeGreaterThan(0);
      expect(timed.median_ms).toBeGreaterThanOrEqual(timed.min_ms);
      expect(timed.max_ms).toBeGreaterThanOrEqual(timed.median_ms);
      expect(timed.bars_per_s).toBeCloseTo((1000 * document.bars) / timed.median_ms, 6);
    }
  });

  it('says for people what it measured and where', async () => {
    const text = await ok('bench', '--bars', '300');
    expect(text).toMatch(/ cores?, .* klinemill /);
    expect(text).toMatch(/\d bars of a made-up market/);
    expect(text).toMatch(/^write facts +[\d.]+ /m);
    expect(text).toMatch(/^ +0 +[\d.]+ .* 1\.00$/m);
  });

  it('refuses what is no number of bars', () => refused(['bench', '--bars', 'many'], /--bars/));
});

it('every document was seen and validated', () => {
  // start: test/e2e-start.test.ts; export: test/cli-export.test.ts; resample, check: test/cli-resample.test.ts;
  // download: test/download.test.ts; replica sync, copy: test/replica-cli.test.ts; serve: test/api.test.ts; produce, stream:
  // test/stream-parity.test.ts.
  expect(Object.keys(JSON_OUTPUT).filter((key) => !seen.has(key))).toEqual([
    'start',
    'download',
    'resample',
    'produce',
    'stream',
    'serve',
    'export',
    'check',
    'replica sync',
    'copy',
  ]);
});

it('leaves nothing but what was asked for', () => {
  mkdirSync(at('empty'));
  expect(readdirSync(folder.path).filter((name) => name.includes('.part'))).toEqual([]);
});

/** Rows of a CSV file without quotes. */
function csvRows(path: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const names = head!.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, c) => [names[c], cell])));
}
