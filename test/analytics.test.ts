import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFiles, recompute } from '../engine/index.js';
import {
  type AnalyticsFilter,
  type Grouping,
  type ReportRow,
  readEquity,
  readExcursions,
  readFigures,
  readMetricContribution,
  readReport,
  readRolling,
  readStreaks,
  type Warehouse,
} from '../warehouse/index.js';
import { type NaiveSignal, naiveFigures, naiveRegimes } from './reference/analytics.js';
import { temporaryFolder } from './support/cli.js';
import { newWarehouse, select } from './support/warehouse.js';

// Every figure of SPEC 7 against plain loops over exported rows (test/reference/analytics.ts), on real klines.

const KLINES = fileURLToPath(new URL('../../shared/klines/', import.meta.url));
const FILES = ['BTCUSDT-1h-20180101', 'ETHUSDT-1h-20180101', 'SOLUSDT-1h-20200811'].map(
  (name) => `${KLINES}${name}-20260430.csv.gz`,
);
const STRATEGY = 'trend-momentum';
const HOUR = 3_600_000;

interface Signal extends NaiveSignal {
  readonly action: string;
  readonly labels: readonly string[];
  readonly fired: readonly string[];
  readonly best: number;
  readonly worst: number;
}

describe.skipIf(!existsSync(KLINES))('analytics on real trades (needs ../shared/klines)', () => {
  const folder = temporaryFolder();
  let warehouse: Warehouse;
  let signals: Signal[];

  beforeAll(async () => {
    warehouse = await newWarehouse(folder.path, 'analytics');
    await loadFiles(warehouse, FILES, { now: Date.UTC(2026, 5, 1) });
    await recompute(warehouse, { threads: 0, strategy: STRATEGY });
    signals = await exportedSignals(warehouse);
  }, 300_000);

  afterAll(async () => {
    await warehouse.close();
    folder.dispose();
  });

  const figures = (filter: AnalyticsFilter = {}, by: Grouping | 'all' = 'all'): Promise<ReportRow[]> =>
    readFigures(warehouse, { strategy: STRATEGY, ...filter }, by);

  const groupOf: Readonly<Record<Grouping, (signal: Signal) => readonly string[]>> = {
    partition: ({ symbol, interval }) => [`${symbol} ${interval}`],
    symbol: ({ symbol }) => [symbol],
    interval: ({ interval }) => [interval],
    side: ({ action }) => (action === 'SIDEWAY' ? [] : [action]),
    regime: ({ labels }) => labels,
    'partition-regime': ({ symbol, interval, labels }) =>
      labels.map((label) => `${symbol} ${interval} ${label}`),
    month: ({ predictingAt }) => [new Date(predictingAt).toISOString().slice(0, 7)],
    hour: ({ predictingAt }) => [new Date(predictingAt).toISOString().slice(11, 13)],
    weekday: ({ predictingAt }) => [new Date(predictingAt).toUTCString().slice(0, 3).toUpperCase()],
  };

  it('overall, with and without expired trades, at three allocations', async () => {
    expect(signals.filter(({ result }) => result !== null).length).toBeGreaterThan(60_000);
    for (const options of [{}, { confirmedOnly: true }, { allocation: 1 }, { allocation: 0.5 }]) {
      const [row] = await figures(options);
      expectFigures(row!, naiveFigures(signals, options));
    }
  });

  it.each(Object.keys(groupOf) as Grouping[])('by %s', async (by) => {
    const groups = new Map<string, Signal[]>();
    for (const signal of signals)
      for (const label of groupOf[by](signal)) {
        const group = groups.get(label) ?? [];
        group.push(signal);
        groups.set(label, group);
      }
    const rows = await figures({}, by);
    expect(rows.map(({ group }) => group).toSorted()).toEqual([...groups.keys()].toSorted());
    for (const row of rows) expectFigures(row, naiveFigures(groups.get(row.group)!));
  });

  it('within filters, and the regimes with them', async () => {
    const from = Date.UTC(2022, 3, 5, 7);
    const to = Date.UTC(2022, 8, 1);
    const within = signals.filter(
      ({ symbol, predictingAt, action }) =>
        symbol === 'ETHUSDT' && action === 'SELL' && predictingAt >= from && predictingAt < to,
    );
    const filter: AnalyticsFilter = { symbol: 'ETHUSDT', side: 'SELL', from, to };
    expectFigures((await figures(filter))[0]!, naiveFigures(within));
    const regimes = await figures(filter, 'regime');
    expect(regimes).toHaveLength(8);
    for (const row of regimes)
      expectFigures(row, naiveFigures(within.filter(({ labels }) => labels.includes(row.group))));
  });

  it('streaks, excursions, rolling rates, metrics and the equity curve', async () => {
    const closed = inTradeOrder(signals);
    const confirmed = closed.filter(({ result }) => result!.status !== 'EXPIRED');
    let run = 0;
    let best = 0;
    let worst = 0;
    for (const { result } of confirmed) {
      run = result!.status === 'WIN' ? Math.max(run, 0) + 1 : Math.min(run, 0) - 1;
      best = Math.max(best, run);
      worst = Math.min(worst, run);
    }
    const filter = { strategy: STRATEGY };
    expect((await readStreaks(warehouse, filter))[0]!.rows).toEqual([
      { max_win_streak: best, max_loss_streak: -worst, current_streak: run },
    ]);

    const rolling = (await readRolling(warehouse, filter))[0]!.rows;
    expect(rolling).toHaveLength(confirmed.length);
    for (const t of [0, 4, 5, 18, 19, 20, 777, 30_000, confirmed.length - 1]) {
      const rate = (k: number): number | null =>
        t + 1 < k
          ? null
          : confirmed.slice(t + 1 - k, t + 1).filter(({ result }) => result!.status === 'WIN').length / k;
      expect(rolling[t]).toEqual({
        confirmed_at: confirmed[t]!.result!.confirmedAt,
        rolling_win_rate_5: rate(5),
        rolling_win_rate_10: rate(10),
        rolling_win_rate_20: rate(20),
      });
    }

    for (const row of (await readExcursions(warehouse, filter))[0]!.rows) {
      const own = closed.filter(({ result }) => result!.status === row.result_status);
      const values = (of: (signal: Signal) => number) => own.map(of).sort((a, b) => a - b);
      const mean = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
      const median = (list: number[]) => (list[(list.length - 1) >> 1]! + list[list.length >> 1]!) / 2;
      const most = values(({ best }) => best);
      const least = values(({ worst }) => worst);
      expect(row.trades).toBe(own.length);
      for (const [value, expected] of [
        [row.avg_mfe_pct, mean(most)],
        [row.median_mfe_pct, median(most)],
        [row.max_mfe_pct, most.at(-1)!],
        [row.avg_mae_pct, mean(least)],
        [row.median_mae_pct, median(least)],
        [row.min_mae_pct, least[0]!],
      ] as const)
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-9);
    }

    const metrics = (await readMetricContribution(warehouse, filter))[0]!.rows;
    expect(metrics).toHaveLength(19);
    for (const row of metrics) {
      for (const [has, trades, winRate, avgPnl] of [
        [true, row.trades, row.win_rate, row.avg_pnl_pct],
        [false, row.other_trades, row.other_win_rate, row.other_avg_pnl_pct],
      ] as const) {
        const expected = naiveFigures(closed.filter(({ fired }) => fired.includes(row.metric) === has));
        expect(trades).toBe(expected.wins! + expected.losses! + expected.expired!);
        near('win_rate', winRate, expected.win_rate!);
        near('avg_pnl_pct', avgPnl, expected.avg_pnl_pct!);
      }
    }

    const [row] = await figures();
    const curve = (await readEquity(warehouse, filter))[0]!.rows;
    expect(curve.at(-1)!.equity).toBe(row!.equity);
    expect(Math.max(...curve.map(({ drawdown }) => drawdown))).toBe(row!.max_drawdown);
    expect(curve.reduce((sum, { trades }) => sum + trades, 0)).toBe(row!.taken);
  });

  it('is the same, byte for byte, ten times', async () => {
    const texts = new Set<string>();
    for (let i = 0; i < 10; i++) {
      const report = await readReport(warehouse, { strategy: STRATEGY, symbol: 'BTCUSDT' }, 'regime');
      texts.add(JSON.stringify(report));
    }
    expect(texts.size).toBe(1);
  });
});

function expectFigures(row: ReportRow, expected: Readonly<Record<string, number | null>>): void {
  for (const [name, value] of Object.entries(expected)) {
    near(`${row.group} ${name}`, row[name as keyof ReportRow] as number | null, value);
    // A null has its reason, a number none.
    expect([row.group, name, typeof row.null_reasons[name]]).toEqual([
      row.group,
      name,
      value === null ? 'string' : 'undefined',
    ]);
  }
}

/** Within 1e-9 of the value, or of 1 where it is smaller. */
function near(name: string, value: number | null, expected: number | null): void {
  if (value === null || expected === null) expect([name, value]).toEqual([name, expected]);
  else
    expect([name, value, Math.abs(value - expected) <= 1e-9 * Math.max(1, Math.abs(expected))]).toEqual([
      name,
      value,
      true,
    ]);
}

function inTradeOrder(signals: readonly Signal[]): Signal[] {
  return signals
    .filter(({ result }) => result !== null)
    .sort(
      (a, b) =>
        a.result!.confirmedAt - b.result!.confirmedAt ||
        (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : a.predictingAt - b.predictingAt),
    );
}

/** Predictions with their results and regimes, from the logical tables. */
async function exportedSignals(warehouse: Warehouse): Promise<Signal[]> {
  const found: Signal[] = [];
  for (const symbol of ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']) {
    const where = `symbol = '${symbol}' AND "interval" = '1h'`;
    const bars = await select(warehouse, `SELECT close_time, close FROM v_kline WHERE ${where} ORDER BY 1`);
    const column = async (code: string) => {
      const rows = await select(
        warehouse,
        `SELECT "timestamp", "value" FROM fact_indicator WHERE ${where} AND indicator = '${code}'`,
      );
      const values = new Map(rows.map(([at, value]) => [Number(at), Number(value)]));
      return bars.map(([at]) => values.get(Number(at)) ?? null);
    };
    const times = bars.map(([at]) => Number(at));
    const close = bars.map(([, price]) => Number(price));
    const inputs = [await column('EMA200'), await column('MACD_HIST'), await column('ATR_PCT14')] as const;
    const rowOf = new Map(times.map((at, t) => [at, t]));
    const results = new Map(
      (
        await select(
          warehouse,
          `SELECT predicting_at, result_status, confirmed_at, pnl_pct, gross_pct, is_ambiguous, has_gap, is_strong,
             max_return_pct, min_return_pct FROM v_prediction_result WHERE ${where} AND strategy = '${STRATEGY}'`,
        )
      ).map((row) => [Number(row[0]), row]),
    );
    const predictions = await select(
      warehouse,
      `SELECT predicting_at, action, is_tradable, market_score, metrics_fired FROM fact_prediction
       WHERE ${where} AND strategy = '${STRATEGY}' ORDER BY 1`,
    );
    for (const [at, action, isTradable, edge, fired] of predictions) {
      const predictingAt = Number(at);
      const result = results.get(predictingAt);
      const isStrong = Number(edge) >= 5.5 - 1e-9;
      if (result !== undefined) expect(result[7]).toBe(isStrong ? 1 : 0);
      // trend-momentum waits 24 bars, a strong trade 48.
      const end = predictingAt + (isStrong ? 48 : 24) * HOUR;
      found.push({
        symbol,
        interval: '1h',
        predictingAt,
        action: String(action),
        isTradable: isTradable === 1,
        isPending: isTradable === 1 && result === undefined && times.at(-1)! < end,
        labels: [
          ...naiveRegimes(close, ...inputs, rowOf.get(predictingAt)!),
          isStrong ? 'EDGE_STRONG' : 'EDGE_WEAK',
        ],
        fired: String(fired).split(';'),
        best: Number(result?.[8]),
        worst: Number(result?.[9]),
        result:
          result === undefined
            ? null
            : {
                status: result[1] as 'WIN',
                confirmedAt: Number(result[2]),
                pnl: Number(result[3]),
                gross: Number(result[4]),
                isAmbiguous: result[5] === 1,
                hasGap: result[6] === 1,
              },
      });
    }
  }
  return found;
}
