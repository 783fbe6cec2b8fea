import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { START_OUTPUT } from '../cli/schemas/start.js';
import { cli, HAS_KLINES, KLINES, OFFLINE } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { writeMarket } from './support/market-files.js';

// The main job as `npm start` runs it, in a folder of its own, without a network (test/start-download.test.ts has one).

const folder = temporaryFolder();
afterAll(() => folder.dispose());

function newFolder(name: string): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  return path;
}

async function start(cwd: string, ...args: string[]) {
  const { code, stdout, stderr } = await cli(['start', ...args, '--json'], { cwd, env: OFFLINE });
  expect([code, stderr.includes('    at ')], stderr).toEqual([0, false]);
  return { ...START_OUTPUT.parse(JSON.parse(stdout)), stderr };
}

describe('without any klines', () => {
  const cwd = newFolder('synthetic');

  it('takes a made-up market, plainly labelled, and both rule sets find something', async () => {
    const { source, loaded, report, stderr } = await start(cwd);
    expect(source).toBe('synthetic');
    expect(stderr).toMatch(/no download \(127\.0\.0\.1:9 cannot be reached: no answer .*SYNTHETIC/);
    expect(new Set(loaded.map(({ symbol }) => symbol))).toEqual(
      new Set(['SYNTHETIC_BTCUSDT', 'SYNTHETIC_ETHUSDT']),
    );
    const strategies = new Set(report.map(({ strategy }) => strategy));
    expect(strategies).toEqual(new Set(['btc-2h-synthetic', 'trend-momentum']));
    for (const row of report) {
      expect(row.tradable).toBeGreaterThan(100);
      expect(row.wins + row.losses + row.expired + row.unfilled + row.pending).toBe(row.tradable);
    }
  });

  it('again: nothing changed, and it says so', async () => {
    const { code, stdout } = await cli(['start'], { cwd, env: OFFLINE });
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing changed');
    expect(stdout).toMatch(/SYNTHETIC symbols are made up/);
    expect(stdout).toMatch(/^strategy +symbol +interval +bars +predictions +tradable/m);
    const again = await start(cwd);
    expect([again.run_id, again.bars, again.rows_written]).toEqual([null, 0, 0]);
    expect(
      (await cli(['strategy', 'list', '--all'], { cwd })).stdout.match(/btc-2h-synthetic/g),
    ).toHaveLength(1);
  });
});

describe('with files', () => {
  const cwd = newFolder('files');
  const files = writeMarket(cwd, [{ symbol: 'BTCUSDT', interval: '2h', rows: 2500, seed: 41 }]);

  it('loads, recomputes and reports them, and nothing made up', async () => {
    const { source, loaded, report, run_id } = await start(cwd, ...files, '--threads', '1');
    expect(source).toBe('files');
    expect(loaded).toHaveLength(1);
    expect(run_id).not.toBeNull();
    expect(report.map(({ strategy, symbol, interval, bars }) => [strategy, symbol, interval, bars])).toEqual([
      ['btc-2h', 'BTCUSDT', '2h', 2500],
      ['trend-momentum', 'BTCUSDT', '2h', 2500],
    ]);
  });

  it('later without files: what is loaded stands, and no made-up market comes beside it', async () => {
    const { source, report } = await start(cwd);
    expect(source).toBe('warehouse');
    expect(new Set(report.map(({ symbol }) => symbol))).toEqual(new Set(['BTCUSDT']));
  });

  it('files in data/klines are taken by themselves', async () => {
    mkdirSync(join(cwd, 'data/klines'), { recursive: true });
    writeMarket(join(cwd, 'data/klines'), [{ symbol: 'ETHUSDT', interval: '1h', rows: 800, seed: 42 }]);
    const { source, loaded, report } = await start(cwd);
    expect([source, loaded.map(({ symbol }) => symbol)]).toEqual(['folder', ['ETHUSDT']]);
    expect(report.map(({ symbol }) => symbol)).toEqual(['ETHUSDT']);
  });

  it('a warehouse elsewhere is honoured', async () => {
    const path = join(cwd, 'elsewhere/facts.duckdb');
    await start(cwd, ...files, '--warehouse', `duckdb:${path}`);
    expect(existsSync(path)).toBe(true);
  });
});

describe.skipIf(!HAS_KLINES)(`real klines${HAS_KLINES ? '' : ': ../shared/klines is absent'}`, () => {
  const cwd = newFolder('real');
  const name = 'BTCUSDT-2h-20170817-20260430.csv.gz';

  it('BTCUSDT 2h: the figures follow from the exported results', async () => {
    const { loaded, report } = await start(cwd, join(KLINES, name));
    // Known facts of the folder's README.
    expect(loaded[0]).toMatchObject({ symbol: 'BTCUSDT', interval: '2h', added: 38_083, truncated: 15 });
    const gaps = JSON.parse((await cli(['gaps', '--json'], { cwd })).stdout).gaps as { missing: number }[];
    expect([gaps.length, gaps.reduce((sum, { missing }) => sum + missing, 0)]).toEqual([18, 53]);

    await cli(['export', 'fact_prediction_result', '--out', 'results.csv'], { cwd });
    const [head, ...lines] = readFileSync(join(cwd, 'results.csv'), 'utf8').trim().split('\n');
    const names = head!.split(',');
    const results = lines.map((line) => {
      const cells = line.split(',');
      return {
        strategy: cells[0]!,
        status: cells[names.indexOf('result_status')]!,
        pnl: Number(cells[names.indexOf('pnl_pct')]),
      };
    });
    for (const row of report) {
      const own = results.filter(({ strategy }) => strategy === row.strategy);
      const of = (status: string) => own.filter((result) => result.status === status);
      expect([row.wins, row.losses, row.expired]).toEqual([
        of('WIN').length,
        of('LOSS').length,
        of('EXPIRED').length,
      ]);
      const confirmed = own.filter(({ status }) => status !== 'EXPIRED');
      const mean = confirmed.reduce((sum, { pnl }) => sum + pnl, 0) / confirmed.length;
      // Win rate times mean win minus the rest times mean loss is the mean of all confirmed trades.
      expect(row.expectancy_pct).toBeCloseTo(mean, 10);
      expect(row.total_pnl_pct).toBeCloseTo(
        own.reduce((sum, { pnl }) => sum + pnl, 0),
        7,
      );
    }
  });

  it('a copy under another name adds nothing', async () => {
    cpSync(join(KLINES, name), join(cwd, 'BTCUSDT-2h-copy.csv.gz'));
    const { loaded, run_id } = await start(cwd, 'BTCUSDT-2h-copy.csv.gz');
    expect([loaded[0]!.added, loaded[0]!.duplicates, loaded[0]!.new_rejects, run_id]).toEqual([
      0,
      38_083,
      0,
      null,
    ]);
  });
});
