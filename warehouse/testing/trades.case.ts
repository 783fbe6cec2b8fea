import { describe, expect, it } from 'vitest';
import { type ConfirmedTrades, readConfirmedTrades } from '../analytics/confirmed-trades.js';
import type { AnalyticsFilter } from '../analytics/filter.js';
import { indicatorColumns, PREDICTION_COLUMNS, RESULT_COLUMNS } from '../schema/batches.js';
import type { MakeWarehouse } from '../warehouse.case.js';
import type { Warehouse } from '../warehouse.js';
import { BTC, batchOf, CATALOG, closeTime, ETH, loadBars, loadStrategy, range } from './samples.js';

/** The sample catalog with the codes that regimes are made of. */
const CODES = [
  ...CATALOG.codes,
  ...['EMA200', 'MACD_HIST', 'ATR_PCT14'].map((code, i) => ({ ...CATALOG.codes[0]!, code, number: 30 + i })),
];

/** Trades at bars: status 0 WIN, 1 LOSS, 2 EXPIRED; the predictions are tradable, the masks name the metrics that fired. */
async function trade(warehouse: Warehouse, id: number, key = BTC): Promise<void> {
  const bars = [3, 4, 5, 6, 250];
  const session = await warehouse.begin();
  await session.appendPredictions(
    id,
    key,
    batchOf(PREDICTION_COLUMNS, bars.length, {
      predicting_at: bars.map(closeTime),
      known_mask: bars.map(() => 11n),
      // Position 61 is the last that a mask has.
      fired_mask: [1n, 2n, 8n, 3n, (1n << 61n) | (1n << 31n) | (1n << 30n)],
      close: bars.map(() => 100),
      buy_score: [1, 0, 1, 1, 0],
      sell_score: [0, 2, 0, 0, 1.5],
      action: [1, -1, 1, 1, -1],
    }),
  );
  await session.appendResults(
    id,
    key,
    batchOf(RESULT_COLUMNS, bars.length, {
      predicting_at: bars.map(closeTime),
      action: [1, -1, 1, 1, -1],
      is_strong: [0, 1, 0, 0, 1],
      result_status: [0, 1, 2, 1, 0],
      confirmed_at: [9, 8, 7, 9, 260].map(closeTime),
      pnl_pct: [0.5, -0.25, 0.1, -1, 2],
    }),
  );
  await session.commit();
}

async function read(warehouse: Warehouse, filter: AnalyticsFilter = {}): Promise<ConfirmedTrades> {
  const [trades] = await readConfirmedTrades(warehouse, filter);
  return trades!;
}

/** Cases of mining's reader. */
export function tradeCases(make: MakeWarehouse): void {
  const ready = async (): Promise<readonly [Warehouse, number]> => {
    const warehouse = await make();
    await warehouse.migrate({ ...CATALOG, codes: CODES });
    return [warehouse, await loadStrategy(warehouse)];
  };
  describe('confirmed trades', () => {
    it('come in trade order, with what fired', async () => {
      const [warehouse, id] = await ready();
      for (const key of [ETH, BTC]) {
        await loadBars(warehouse, key, range(0, 300));
        await trade(warehouse, id, key);
      }
      // EXPIRED is not confirmed. By confirmed_at (bars 8, 9, 9, 260), then symbol, then predicting_at.
      const all = await read(warehouse);
      const symbols = all.partitions.map(({ symbol }) => symbol.slice(0, 3));
      expect(symbols).toEqual(['BTC', 'ETH', 'BTC', 'BTC', 'ETH', 'ETH', 'BTC', 'ETH']);
      expect([...all.predictingAt]).toEqual([4, 4, 3, 6, 3, 6, 250, 250].map(closeTime));
      const btc = await read(warehouse, { symbol: 'BTCUSDT' });
      expect([...btc.confirmedAt]).toEqual([8, 9, 9, 260].map(closeTime));
      expect([[...btc.action], [...btc.isWin], [...btc.pnlPct]]).toEqual([
        [-1, 1, 1, -1],
        [0, 1, 0, 1],
        [-0.25, 0.5, -1, 2],
      ]);
      // The strategy's strong_edge is 1.5.
      expect([...btc.isStrong]).toEqual([1, 0, 0, 1]);
      expect([[...btc.firedLow], [...btc.firedHigh]]).toEqual([
        [2, 1, 3, 2 ** 30],
        [0, 0, 0, 2 ** 30 + 1],
      ]);
      const count = async (filter: AnalyticsFilter) => (await read(warehouse, filter)).partitions.length;
      expect(await count({ symbol: 'BTCUSDT', side: 'SELL' })).toBe(2);
      expect(await count({ symbol: 'BTCUSDT', from: closeTime(4), to: closeTime(250) })).toBe(2);
      expect(await count({ interval: '2h' })).toBe(0);
    });

    it('know the regimes of SPEC 7 at predicting_at, and where they are unknown', async () => {
      const [warehouse, id] = await ready();
      await loadBars(warehouse, BTC, range(0, 300));
      // Closes of the sample bars lie between 100 and 101: below, above, unknown, above.
      const ema = (bar: number): number => ({ 3: 99, 4: 102, 6: Number.NaN, 250: 102 })[bar] ?? 50;
      const hist = (bar: number): number => ({ 3: 1, 4: 0, 6: Number.NaN, 250: -1 })[bar] ?? 0;
      // The 200 bars before bar 250 are half 1, half 3: the median is 2. One bar fewer or more and it is 3.
      const atr = (bar: number): number => {
        if (bar < 10) return Number.NaN;
        if (bar === 250) return 2.5;
        return bar >= 50 && bar < 150 ? 1 : 3;
      };
      const bars = range(0, 300);
      const session = await warehouse.begin();
      await session.appendIndicators(
        BTC,
        batchOf(indicatorColumns(CODES.map(({ code }) => code)), bars.length, {
          close_time: bars.map(closeTime),
          EMA200: bars.map(ema),
          MACD_HIST: bars.map(hist),
          ATR_PCT14: bars.map(atr),
        }),
      );
      await session.commit();
      await trade(warehouse, id);
      // In trade order: bars 4, 3, 6, 250.
      const all = await read(warehouse);
      expect([...all.isTrendUp]).toEqual([0, 1, -1, 0]);
      expect([...all.isMomentumPos]).toEqual([0, 1, -1, 0]);
      expect([...all.isVolatilityHigh]).toEqual([-1, -1, -1, 1]);
      // The 200 bars before the first one asked for are read for the median.
      expect([...(await read(warehouse, { from: closeTime(250) })).isVolatilityHigh]).toEqual([1]);
    });
  });
}
