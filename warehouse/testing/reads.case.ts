import { describe, expect, it } from 'vitest';
import { readGaps } from '../reads/gaps.js';
import { readReport } from '../reads/report.js';
import { readStatus } from '../reads/status.js';
import { PREDICTION_COLUMNS, RESULT_COLUMNS } from '../schema/batches.js';
import type { MakeWarehouse } from '../warehouse.case.js';
import {
  BTC,
  batchOf,
  closeTime,
  ETH,
  klines,
  loadBars,
  loadStrategy,
  openTime,
  range,
  STRATEGY,
} from './samples.js';

/** Bar, action, edge: the strategy's strong_edge is 1.5, BUY waits 4h or 6h, SELL 3 or 5 bars of an hour. */
const TRADABLE = [
  [0, 1, 1],
  [1, 1, 1],
  [2, -1, 1],
  [3, 1, 1],
  [13, 1, 1],
  [15, -1, 1.5],
  [16, -1, 1],
  [17, 1, 1],
  // Strong from 1e-9 below strong_edge on: 14 + 6 is beyond bar 19, 14 + 4 is not.
  [14, 1, 1.5 - 5e-10],
  [18, 1, 2],
].toSorted((a, b) => a[0]! - b[0]!);

/** Bar, status, pnl_pct, gross_pct, bar of confirmed_at, ambiguous, gap. In trade order: bars 1, 0, 3, 2. */
const CLOSED = [
  [0, 0, 2, 2.25, 5, 1, 0],
  [1, 1, -1, -0.75, 4, 0, 1],
  [2, 2, 0.5, 0.75, 9, 0, 1],
  [3, 1, -0.5, -0.25, 6, 0, 0],
];

export function readCases(make: MakeWarehouse): void {
  describe('report', () => {
    const filled = async (closed = CLOSED) => {
      const warehouse = await make();
      const id = await loadStrategy(warehouse);
      await loadBars(warehouse);
      const session = await warehouse.begin();
      const idle = [4, 5].map((bar) => [bar, 0, 0]);
      const predictions = [...TRADABLE, ...idle].toSorted((a, b) => a[0]! - b[0]!);
      await session.appendPredictions(
        id,
        BTC,
        batchOf(PREDICTION_COLUMNS, predictions.length, {
          predicting_at: predictions.map(([bar]) => closeTime(bar!)),
          buy_score: predictions.map(([, action, edge]) => (action === 1 ? edge! : 0)),
          sell_score: predictions.map(([, action, edge]) => (action === -1 ? edge! : 0)),
          action: predictions.map(([, action]) => action!),
          reason: predictions.map(([, action]) => (action === 0 ? 3 : 0)),
        }),
      );
      await session.appendResults(
        id,
        BTC,
        batchOf(RESULT_COLUMNS, closed.length, {
          predicting_at: closed.map(([bar]) => closeTime(bar!)),
          result_status: closed.map((trade) => trade[1]!),
          pnl_pct: closed.map((trade) => trade[2]!),
          gross_pct: closed.map((trade) => trade[3]!),
          confirmed_at: closed.map((trade) => closeTime(trade[4]!)),
          is_ambiguous: closed.map((trade) => trade[5]!),
          has_gap: closed.map((trade) => trade[6]!),
        }),
      );
      await session.commit();
      return warehouse;
    };

    it('has the counts and figures of SPEC 7', async () => {
      const warehouse = await filled();
      // By hand: 1 WIN of 2, LOSSes of -1 and -0.5, EXPIRED 0.5.
      // Open: 13 and 16 are complete with bar 19; 14, 15 (strong), 17 and 18 are not.
      expect(await readReport(warehouse)).toEqual([
        {
          strategy: STRATEGY.strategy,
          version: 1,
          ...BTC,
          bars: 20,
          predictions: 12,
          tradable: 10,
          wins: 1,
          losses: 2,
          expired: 1,
          unfilled: 2,
          pending: 4,
          ambiguous: 1,
          with_gap: 2,
          win_rate: 1 / 3,
          avg_win_pct: 2,
          avg_loss_pct: 0.75,
          expectancy_pct: (1 / 3) * 2 - (1 - 1 / 3) * 0.75,
          avg_pnl_pct: 0.25,
          total_pnl_pct: 1,
          gross_pct: 2,
          profit_factor: 2.5 / 1.5,
          payoff: 2 / 0.75,
          null_reasons: {},
        },
      ]);
    });

    it('sums in the order of confirmed_at', async () => {
      // (1e16 + 1) - 1e16 is 0; in the order of predicting_at, (1e16 - 1e16) + 1 is 1.
      const warehouse = await filled([
        [0, 0, 1e16, 0, 5, 0, 0],
        [1, 1, -1e16, 0, 9, 0, 0],
        [2, 0, 1, 0, 6, 0, 0],
      ]);
      expect((await readReport(warehouse))[0]!.total_pnl_pct).toBe(0);
    });

    it('says why a figure is undefined', async () => {
      const nothing = (await readReport(await filled([])))[0]!;
      expect([nothing.win_rate, nothing.total_pnl_pct, nothing.profit_factor, nothing.pending]).toEqual([
        null,
        null,
        null,
        4,
      ]);
      expect(nothing.null_reasons.win_rate).toBe('no WIN or LOSS');
      expect(Object.keys(nothing.null_reasons)).toHaveLength(9);

      const [lucky] = await readReport(await filled(CLOSED.slice(0, 1)));
      expect(lucky).toMatchObject({
        win_rate: 1,
        expectancy_pct: 2,
        avg_loss_pct: null,
        profit_factor: null,
      });
      expect(lucky!.null_reasons).toEqual({
        avg_loss_pct: 'no LOSS',
        profit_factor: 'no trade lost',
        payoff: 'no LOSS',
      });

      const [expired] = await readReport(await filled(CLOSED.slice(2, 3)));
      expect(expired).toMatchObject({
        win_rate: null,
        expectancy_pct: null,
        total_pnl_pct: 0.5,
        gross_pct: 0.75,
      });
    });

    it('takes the newest enabled version unless one is named', async () => {
      const warehouse = await filled();
      const versions = async (strategy?: string) =>
        (await readReport(warehouse, strategy === undefined ? {} : { strategy })).map(
          ({ version }) => version,
        );
      expect(await versions()).toEqual([1]);
      expect(await readReport(warehouse, { symbol: 'ETHUSDT' })).toEqual([]);
      await loadStrategy(warehouse, { ...STRATEGY, description: 'newer' });
      expect(await versions()).toEqual([]);
      expect(await versions(STRATEGY.strategy)).toEqual([]);
      expect(await versions(`${STRATEGY.strategy}@1`)).toEqual([1]);
      await warehouse.setStrategyEnabled(STRATEGY.strategy, false);
      expect(await versions(`${STRATEGY.strategy}@1`)).toEqual([1]);
      await expect(versions('x')).rejects.toThrow("strategy 'x' is not one of it's a test@1, it's a test@2");
    });
  });

  describe('status and gaps', () => {
    it('say what is loaded, missing and rejected, and how far the stages are', async () => {
      const warehouse = await make();
      const session = await warehouse.begin();
      await session.appendKlines(BTC, klines([0, 1, 4, 9, ...range(10, 12)]));
      await session.appendKlines(ETH, klines([3]));
      await session.refreshGaps(BTC);
      await session.refreshGaps(ETH);
      const reject = { ...BTC, source: 's', sha256: 'h', raw: '' };
      await session.appendRejects([
        { ...reject, line: 1, reason: 'GRID' },
        { ...reject, line: 2, reason: 'GRID' },
        { ...reject, line: 2, reason: 'TRUNCATED' },
      ]);
      const head = {
        ...BTC,
        strategyId: null,
        seq: 1,
        rows: 6,
        lastCloseTime: closeTime(11),
        versions: {},
        runId: 1,
      };
      await session.setHead(head);
      await session.commit();
      const eth = { ...ETH, rows: 1, firstCloseTime: closeTime(3), lastCloseTime: closeTime(3) };
      expect(await readStatus(warehouse)).toEqual([
        {
          ...BTC,
          rows: 6,
          firstCloseTime: closeTime(0),
          lastCloseTime: closeTime(11),
          gaps: 2,
          missing: 6,
          rejects: { GRID: 2, TRUNCATED: 1 },
          heads: [head],
        },
        { ...eth, gaps: 0, missing: 0, rejects: {}, heads: [] },
      ]);
      expect(await readStatus(warehouse, { symbol: 'ETHUSDT' })).toHaveLength(1);
      expect(await readGaps(warehouse)).toEqual([
        { ...BTC, from_time: openTime(2), to_time: openTime(4), missing: 2 },
        { ...BTC, from_time: openTime(5), to_time: openTime(9), missing: 4 },
      ]);
      expect(await readGaps(warehouse, { interval: '2h' })).toEqual([]);
    });
  });
}
