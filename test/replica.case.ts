import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  copyWarehouse,
  currentVersions,
  loadFiles,
  MINING_DEFAULTS,
  mine,
  recompute,
  resample,
  syncReplica,
} from '../engine/index.js';
import { readMiningRuns, readPatternRules, type Warehouse } from '../warehouse/index.js';
import { temporaryFolder } from './support/cli.js';
import { dumpOf } from './support/dump.js';
import { random, walkColumns } from './support/market.js';
import { csvOf } from './support/market-files.js';
import { shippedStrategies } from './support/strategies.js';

/** Warehouses of the backends under test; the suite closes them. */
export interface ReplicaMakers {
  /** Empty, migrated, with the shipped strategies. */
  source(): Promise<Warehouse>;
  /** Empty, migrated, and nothing else. */
  target(): Promise<Warehouse>;
}

const NOW = Date.UTC(2026, 0, 1);
const MARKET = [
  { symbol: 'BTCUSDT', interval: '1h', rows: 1_500, durationMs: 3_600_000, seed: 1 },
  { symbol: 'BTCUSDT', interval: '15m', rows: 2_600, durationMs: 900_000, seed: 2, gaps: 0.01 },
  { symbol: 'ETHUSDT', interval: '2h', rows: 1_300, durationMs: 7_200_000, seed: 3, gaps: 0.02 },
].map((market) => ({ ...market, columns: walkColumns(market) }));
const BTC_1H = MARKET[0]!;
const SEEDS = Number(process.env.KLINEMILL_REPLICA_SEEDS ?? 2);

/** That a replica follows its source and a copy equals it: every stored row, whatever the backends. */
export function replicaContract(name: string, make: ReplicaMakers): void {
  describe(`replica contract: ${name}`, () => {
    const folder = temporaryFolder();
    const open: Warehouse[] = [];
    const opened = async (making: Promise<Warehouse>): Promise<Warehouse> => {
      const warehouse = await making;
      open.push(warehouse);
      return warehouse;
    };
    const pair = async (): Promise<readonly [Warehouse, Warehouse]> => [
      await opened(make.source()),
      await opened(make.target()),
    ];
    afterAll(async () => {
      for (const warehouse of open) await warehouse.close();
      folder.dispose();
    });
    let files = 0;
    const file = (market: (typeof MARKET)[number], text: string): string => {
      const place = join(folder.path, String(files++));
      mkdirSync(place);
      const path = join(place, `${market.symbol}-${market.interval}-part.csv`);
      writeFileSync(path, text);
      return path;
    };
    const loadPart = (warehouse: Warehouse, market: (typeof MARKET)[number], from: number, to: number) =>
      loadFiles(warehouse, [file(market, csvOf(market.columns, from, to))], { now: NOW });
    const revise = (warehouse: Warehouse, market: (typeof MARKET)[number], row: number) => {
      const columns = market.columns.map((column) => column.slice(row, row + 1));
      columns[2]![0]! *= 1.01;
      return loadFiles(warehouse, [file(market, csvOf(columns))], { now: NOW, revise: true });
    };
    const compute = (warehouse: Warehouse) => recompute(warehouse, { threads: 0, chunkRows: 1_000 });
    const expectEqual = async (source: Warehouse, target: Warehouse): Promise<void> =>
      expect(await dumpOf(target)).toEqual(await dumpOf(source));

    it('has every row of its source after the first synchronisation, and nothing to do after that', async () => {
      const [source, target] = await pair();
      for (const market of MARKET) await loadPart(source, market, 0, market.rows);
      await compute(source);
      const first = await syncReplica(source, target);
      expect(first).toMatchObject({ isReset: false, compared: null });
      expect(first.partitions.map(({ symbol, interval, isWhole }) => [symbol, interval, isWhole])).toEqual(
        [
          ['BTCUSDT', '15m', true],
          ['BTCUSDT', '1h', true],
          ['ETHUSDT', '2h', true],
        ].sort(),
      );
      await expectEqual(source, target);
      expect(await syncReplica(source, target)).toMatchObject({ partitions: [], rows: 0, values: 0 });

      // One new bar: under 1 % of the values of the whole.
      const { rows } = BTC_1H;
      const next = walkColumns({ ...BTC_1H, rows: rows + 1 });
      await loadFiles(source, [file(BTC_1H, csvOf(next, rows))], { now: NOW });
      await compute(source);
      const second = await syncReplica(source, target);
      expect(second.partitions).toMatchObject([{ symbol: 'BTCUSDT', interval: '1h', isWhole: false }]);
      expect(second.values).toBeLessThan(first.values / 100);
      await expectEqual(source, target);
    });

    it('follows trades that were open when the bars before them ended', async () => {
      const [source, target] = await pair();
      const piece = 120;
      for (let from = 240; from < 240 + 6 * piece; from += piece) {
        await loadPart(source, BTC_1H, from, from + piece);
        await compute(source);
        const { partitions } = await syncReplica(source, target);
        expect(partitions.map(({ isWhole }) => isWhole)).toEqual([from === 240]);
      }
      await expectEqual(source, target);
    });

    it('has what was mined, and mines for its source', async () => {
      const [source, target] = await pair();
      await loadPart(source, BTC_1H, 0, BTC_1H.rows);
      await compute(source);
      await syncReplica(source, target);
      const options = { ...MINING_DEFAULTS, maxLength: 2, threads: 0 };
      // Analytics read DuckDB alone: the replica, and its source where that is one too.
      const isDuckDb = ({ url }: Warehouse) => url.startsWith('duckdb:');
      const [reader, other] = isDuckDb(target)
        ? [target, isDuckDb(source) ? source : target]
        : [source, source];
      const { run, isNew } = await mine(reader, source, options);
      expect([isNew, await readMiningRuns(source), await readMiningRuns(target)]).toEqual([true, [run], []]);
      await syncReplica(source, target);
      expect(await readMiningRuns(target)).toEqual([run]);
      expect((await readPatternRules(target, run.runId)).length).toBeGreaterThan(10);
      await expectEqual(source, target);
      expect(await mine(other, source, options)).toMatchObject({ isNew: false, run });
      expect(await syncReplica(source, target)).toMatchObject({ partitions: [], rows: 0 });
    });

    it('follows a revised bar before and after it is computed', async () => {
      const [source, target] = await pair();
      await loadPart(source, BTC_1H, 0, BTC_1H.rows);
      await compute(source);
      await syncReplica(source, target);
      await revise(source, BTC_1H, 700);
      const klines = await syncReplica(source, target);
      expect(klines.values).toBeLessThan(200);
      await expectEqual(source, target);
      await compute(source);
      await syncReplica(source, target);
      await expectEqual(source, target);
    });

    it('follows a partition that was forgotten, and one that was loaded again', async () => {
      const [source, target] = await pair();
      for (const market of MARKET.slice(0, 2)) await loadPart(source, market, 0, 600);
      await compute(source);
      await syncReplica(source, target);
      const forget = async () => {
        const runId = await source.startRun('forget', 'BTCUSDT 1h', NOW);
        const session = await source.begin();
        const key = { symbol: 'BTCUSDT', interval: '1h' };
        await session.forget(key);
        await session.recordKlineChange({ ...key, runId, fromTime: 0, toTime: NOW, added: 0, revised: 0 });
        await session.commit();
        await source.finishRun(runId, 'DONE', '', NOW);
      };
      await forget();
      await syncReplica(source, target);
      await expectEqual(source, target);
      expect(await target.partitions()).toHaveLength(1);
      await loadPart(source, BTC_1H, 100, 500);
      await syncReplica(source, target);
      await forget();
      await loadPart(source, BTC_1H, 200, 700);
      await compute(source);
      await syncReplica(source, target);
      await expectEqual(source, target);
    });

    it('misses nothing that was committed out of order', async () => {
      const [source, target] = await pair();
      await loadPart(source, BTC_1H, 0, 100);
      const runId = await source.startRun('load', '', NOW);
      const change = {
        symbol: 'BTCUSDT',
        interval: '1h',
        runId,
        fromTime: 1,
        toTime: 1,
        added: 1,
        revised: 0,
      };
      const task = {
        ...change,
        stage: 'load',
        strategyId: null,
        bars: 1,
        rowsWritten: 1,
        codes: [],
        versions: {},
        reason: '',
        klineHash: null,
        elapsedMs: 1,
      };
      const early = await source.begin();
      await early.recordKlineChange(change);
      await early.recordTask(task);
      await syncReplica(source, target);
      const late = await source.begin();
      // Of another partition: one has one writer at a time.
      await late.recordKlineChange({ ...change, interval: '15m', toTime: 2 });
      await late.recordTask({ ...task, interval: '15m', toTime: 2 });
      await late.commit();
      await syncReplica(source, target);
      await expectEqual(source, target);
      await early.commit();
      await syncReplica(source, target);
      await expectEqual(source, target);
      await source.finishRun(runId, 'DONE', '', NOW);
      await syncReplica(source, target);
      await expectEqual(source, target);
    });

    it('starts over when its source is another warehouse, or on demand', async () => {
      const [source, target] = await pair();
      await loadPart(source, BTC_1H, 0, 400);
      await compute(source);
      await syncReplica(source, target);
      expect(await syncReplica(source, target, { full: true })).toMatchObject({ isReset: true });
      await expectEqual(source, target);
      const other = await opened(make.source());
      await loadPart(other, MARKET[2]!, 0, 300);
      expect(await syncReplica(other, target)).toMatchObject({ isReset: true });
      await expectEqual(other, target);
    });

    it('tells which checksums differ', async () => {
      const [source, target] = await pair();
      await loadPart(source, BTC_1H, 0, 300);
      await compute(source);
      await syncReplica(source, target);
      const { rows } = await target.query('SELECT DISTINCT symbol_id FROM fact_kline');
      const session = await target.begin();
      await session.deleteRows('fact_prediction_result', { symbol_id: Number(rows[0]![0]) });
      await session.commit();
      const found: string[] = [];
      const report = await syncReplica(source, target, {
        onCompared: ({ differing }) => {
          found.push(...differing.map(({ table, strategy }) => `${table} ${strategy}`));
        },
      });
      expect(report.compared).toBe(8);
      expect(found.sort()).toEqual([
        'fact_prediction_result btc-2h',
        'fact_prediction_result trend-momentum',
      ]);
    });

    it.each(Array.from({ length: SEEDS }, (_, i) => i + 1))('follows any history, seed %i', async (seed) => {
      const [source, target] = await pair();
      const next = random(seed);
      const pick = (n: number): number => Math.floor(next() * n);
      const loaded = MARKET.map(() => 0);
      const raised = { ...currentVersions(), codes: { ...currentVersions().codes, OBV: '99' } };
      const document = shippedStrategies().find(
        (known) => known.document.strategy === 'trend-momentum',
      )!.document;
      const acts: Record<string, () => Promise<unknown>> = {
        more: async () => {
          const m = pick(MARKET.length);
          const to = Math.min(MARKET[m]!.rows, loaded[m]! + 1 + pick(700));
          if (to === loaded[m]) return;
          await loadPart(source, MARKET[m]!, loaded[m]!, to);
          loaded[m] = to;
        },
        revise: async () => {
          const m = pick(MARKET.length);
          if (loaded[m]! > 0) await revise(source, MARKET[m]!, pick(loaded[m]!));
        },
        reject: () => loadFiles(source, [file(BTC_1H, `no kline ${pick(1e9)}\n`)], { now: NOW }),
        compute: () => compute(source),
        again: () => compute(source),
        raise: () => recompute(source, { threads: 0, versions: raised }),
        strategy: () =>
          source.importStrategy({ ...document, description: `${pick(1e9)}` }, `hash ${pick(1e9)}`, NOW),
        off: () => source.setStrategyEnabled('btc-2h', pick(2) === 0),
        derive: async () => {
          if (loaded[1]! > 0)
            await resample(source, { from: '15m', to: ['1h', '4h'], partial: pick(2) === 0 });
        },
      };
      const names = Object.keys(acts);
      const done: string[] = [];
      for (let step = 0; step < 24; step++) {
        const act = step === 0 ? 'more' : names[pick(names.length)]!;
        done.push(act);
        await acts[act]!();
        if (pick(3) > 0) continue;
        await syncReplica(source, target);
        expect(await dumpOf(target), done.join(' ')).toEqual(await dumpOf(source));
      }
    });

    it('copies a whole warehouse, compared, and refuses a target that holds anything else', async () => {
      const [source, target] = await pair();
      for (const market of MARKET.slice(1)) await loadPart(source, market, 0, 800);
      await revise(source, MARKET[1]!, 40);
      await compute(source);
      const report = await copyWarehouse(source, target);
      // Two partitions: klines and indicators once, predictions, metrics and results of two strategies.
      expect(report).toMatchObject({ isReset: false, compared: 2 * (2 + 3 * 2) });
      await expectEqual(source, target);
      await expect(copyWarehouse(source, target)).rejects.toThrow(
        /^copy: .* is not empty, it holds 4 runs; /,
      );
      const other = await opened(make.source());
      await other.setStrategyEnabled('btc-2h', false);
      await expect(copyWarehouse(source, other)).rejects.toThrow(
        /is not empty, it holds 1 rows of dim_strategy/,
      );
      // And back: ids, ledger and facts survive both ways.
      const back = await opened(make.target());
      await copyWarehouse(target, back);
      await expectEqual(source, back);
      await loadPart(back, BTC_1H, 0, 50);
      expect(await compute(back)).toMatchObject({ tasks: [{ symbol: 'BTCUSDT', interval: '1h' }] });
    });
  });
}
