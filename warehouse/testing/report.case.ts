import { describe, expect, it } from 'vitest';
import { FIGURE_NAMES } from '../analytics/figures.js';
import { readEquity } from '../analytics/groups.js';
import { readFigures } from '../analytics/report.js';
import { PREDICTION_COLUMNS, RESULT_COLUMNS } from '../schema/batches.js';
import type { MakeWarehouse } from '../warehouse.case.js';
import { BTC, batchOf, closeTime, HOUR, loadBars, loadStrategy, openTime, STRATEGY } from './samples.js';

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

/** Analytics of a backend, or of what it copies its facts to. */
export function reportCases(make: MakeWarehouse): void {
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
      const [row] = await readFigures(warehouse);
      expect(row).toEqual({
        strategy: STRATEGY.strategy,
        version: 1,
        group: 'BTCUSDT 1h',
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
        // Bar 0 holds its slot to bar 5: 1, 2 and 3 find it taken.
        taken: 1,
        skipped: 3,
        win_rate: 1 / 3,
        avg_win_pct: 2,
        avg_loss_pct: 0.75,
        expectancy_pct: (1 / 3) * 2 - (1 - 1 / 3) * 0.75,
        avg_pnl_pct: 0.25,
        total_pnl_pct: 1,
        gross_pct: 2,
        profit_factor: 2.5 / 1.5,
        payoff: 2 / 0.75,
        rolling_win_rate_5: null,
        rolling_win_rate_10: null,
        rolling_win_rate_20: null,
        equity: 100.2,
        drawdown: 0,
        max_drawdown: 0,
        max_drawdown_ms: 0,
        sharpe: null,
        sortino: null,
        // Deviations from 0.25: 1.75, 1.25, 0.25, 0.75.
        sqn: (Math.sqrt(4) * 0.25) / Math.sqrt((1.75 ** 2 + 1.25 ** 2 + 0.25 ** 2 + 0.75 ** 2) / 3),
        null_reasons: {
          rolling_win_rate_5: 'fewer than 5 WIN and LOSS',
          rolling_win_rate_10: 'fewer than 10 WIN and LOSS',
          rolling_win_rate_20: 'fewer than 20 WIN and LOSS',
          sharpe: 'fewer than two days',
          sortino: 'fewer than two days',
        },
      });
    });

    it('an account: slots, room, drawdown and its length', async () => {
      // Bar, status, pnl, gross, bar of the exit. Bar 3 waits for bar 2's exit and comes a bar too early.
      const warehouse = await filled([
        [0, 0, 10, 0, 1, 0, 0],
        [1, 1, -20, 0, 2, 0, 0],
        [2, 0, 5, 0, 4, 0, 0],
        [3, 0, 50, 0, 5, 0, 0],
        [13, 0, 30, 0, 14, 0, 0],
      ]);
      const [row] = await readFigures(warehouse, { allocation: 1 });
      // 100, 110, 88, 92.4, 120.12: from the peak at bar 1 to its recovery at bar 14.
      expect(row).toMatchObject({ taken: 4, skipped: 1, drawdown: 0, max_drawdown_ms: 13 * HOUR });
      expect(row!.equity).toBeCloseTo(120.12, 10);
      expect(row!.max_drawdown).toBeCloseTo(0.2, 12);
      const days = (await readEquity(warehouse, { allocation: 1 }))[0]!.rows;
      expect(days).toMatchObject([{ day: openTime(0), trades: 4 }]);
      await expect(readFigures(warehouse, { allocation: 0 })).rejects.toThrow(
        'allocation 0 is not above 0 and at most 1',
      );
    });

    it('an account that lost everything has no daily returns', async () => {
      const warehouse = await filled([
        [0, 1, -100, 0, 1, 0, 0],
        [13, 0, 30, 0, 40, 0, 0],
      ]);
      const [row] = await readFigures(warehouse, { allocation: 1 });
      expect(row).toMatchObject({ equity: 0, max_drawdown: 1, sharpe: null });
      expect(row!.null_reasons).toMatchObject({ sharpe: 'equity fell to 0', sortino: 'equity fell to 0' });
    });

    it('sums in the order of confirmed_at', async () => {
      // (1e16 + 1) - 1e16 is 0; in the order of predicting_at, (1e16 - 1e16) + 1 is 1.
      const warehouse = await filled([
        [0, 0, 1e16, 0, 5, 0, 0],
        [1, 1, -1e16, 0, 9, 0, 0],
        [2, 0, 1, 0, 6, 0, 0],
      ]);
      expect((await readFigures(warehouse))[0]!.total_pnl_pct).toBe(0);
    });

    it('says why a figure is undefined', async () => {
      const nothing = (await readFigures(await filled([])))[0]!;
      expect([nothing.win_rate, nothing.total_pnl_pct, nothing.profit_factor, nothing.pending]).toEqual([
        null,
        null,
        null,
        4,
      ]);
      expect(nothing.null_reasons.win_rate).toBe('no WIN or LOSS');
      expect(Object.keys(nothing.null_reasons)).toEqual([...FIGURE_NAMES]);
      expect(Object.values(nothing.null_reasons).filter((why) => !/^no (WIN|LOSS|closed)/.test(why))).toEqual(
        [],
      );

      const [lucky] = await readFigures(await filled(CLOSED.slice(0, 1)));
      expect(lucky).toMatchObject({
        win_rate: 1,
        expectancy_pct: 2,
        avg_loss_pct: null,
        profit_factor: null,
      });
      const few = {
        rolling_win_rate_5: 'fewer than 5 WIN and LOSS',
        rolling_win_rate_10: 'fewer than 10 WIN and LOSS',
        rolling_win_rate_20: 'fewer than 20 WIN and LOSS',
        sharpe: 'fewer than two days',
        sortino: 'fewer than two days',
        sqn: 'fewer than two trades',
      };
      expect(lucky!.null_reasons).toEqual({
        avg_loss_pct: 'no LOSS',
        profit_factor: 'no trade lost',
        payoff: 'no LOSS',
        ...few,
      });

      const [expired] = await readFigures(await filled(CLOSED.slice(2, 3)));
      expect(expired).toMatchObject({
        win_rate: null,
        expectancy_pct: null,
        total_pnl_pct: 0.5,
        gross_pct: 0.75,
        equity: 100.05,
      });
      const [left] = await readFigures(await filled(CLOSED.slice(2, 3)), { confirmedOnly: true });
      expect(left).toMatchObject({ expired: 1, taken: 0, total_pnl_pct: null, equity: null, sqn: null });
      expect(left!.null_reasons).toMatchObject({ total_pnl_pct: 'no WIN or LOSS', equity: 'no WIN or LOSS' });
    });

    it('all wins, and all losses of one size', async () => {
      const [wins] = await readFigures(
        await filled([
          [0, 0, 2, 2, 1, 0, 0],
          [1, 0, 4, 4, 30, 0, 0],
        ]),
      );
      expect(wins).toMatchObject({ win_rate: 1, payoff: null, profit_factor: null, sortino: null });
      expect(wins!.null_reasons).toMatchObject({ sortino: 'no day lost', profit_factor: 'no trade lost' });
      const [losses] = await readFigures(
        await filled([
          [0, 1, -1, -1, 1, 0, 0],
          [1, 1, -1, -1, 30, 0, 0],
        ]),
      );
      expect(losses).toMatchObject({ win_rate: 0, expectancy_pct: -1, profit_factor: 0, payoff: null });
      expect(losses!.null_reasons).toMatchObject({ payoff: 'no WIN', sqn: 'every pnl is the same' });
    });

    it('takes the newest enabled version unless one is named', async () => {
      const warehouse = await filled();
      const versions = async (strategy?: string) =>
        (await readFigures(warehouse, strategy === undefined ? {} : { strategy })).map(
          ({ version }) => version,
        );
      expect(await versions()).toEqual([1]);
      expect(await readFigures(warehouse, { symbol: 'ETHUSDT' })).toEqual([]);
      await loadStrategy(warehouse, { ...STRATEGY, description: 'newer' });
      expect(await versions()).toEqual([]);
      expect(await versions(STRATEGY.strategy)).toEqual([]);
      expect(await versions(`${STRATEGY.strategy}@1`)).toEqual([1]);
      await warehouse.setStrategyEnabled(STRATEGY.strategy, false);
      expect(await versions(`${STRATEGY.strategy}@1`)).toEqual([1]);
      await expect(versions('x')).rejects.toThrow("strategy 'x' is not one of it's a test@1, it's a test@2");
    });
  });
}
