import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { durationOf, loadFiles, recompute } from '../engine/index.js';
import type { MetricDocument, StrategyDocument, TierDocument, Warehouse } from '../warehouse/index.js';
import { naiveCondition } from './reference/conditions.js';
import { type NaiveBar, type NaiveResult, naiveResult } from './reference/confirm.js';
import { TWINS } from './reference/indicators.js';
import { type NaivePrediction, naivePrediction } from './reference/scoring.js';
import { allowedDifference } from './reference/tolerance.js';
import { temporaryFolder } from './support/cli.js';
import { walkColumns } from './support/market.js';
import { csvOf } from './support/market-files.js';
import { shippedStrategies } from './support/strategies.js';
import { newWarehouse, select } from './support/warehouse.js';

// Every fact of a partition, recomputed by the naive twins from the stored klines and compared with what the warehouse
// shows: indicators within SPEC 3's tolerance, and from the stored indicators on metrics, predictions and results to the
// last bit, finer bars included.

const HOUR = 3_600_000;
const FINE = 300_000;
const BARS = 1_500;
const folder = temporaryFolder();
let warehouse: Warehouse;
let bars: NaiveBar[];
let fineBars: Map<number, NaiveBar>;
const indicators = new Map<string, Map<number, number>>();

/** Bars of one hour out of twelve of five minutes, by hand; an hour with a part missing is still a bar. */
function hoursOf(fine: readonly Float64Array[]): Float64Array[] {
  const hours = new Map<number, number[]>();
  for (let t = 0; t < fine[0]!.length; t++) {
    const open = Math.floor(fine[0]![t]! / HOUR) * HOUR;
    const [, o, h, l, c, v, , q, n, tb, tq] = fine.map((column) => column[t]!) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const hour = hours.get(open);
    if (hour === undefined) hours.set(open, [open, o, h, l, c, v, open + HOUR - 1, q, n, tb, tq]);
    else {
      hour[2] = Math.max(hour[2]!, h);
      hour[3] = Math.min(hour[3]!, l);
      hour[4] = c;
      hour[5]! += v;
      hour[7]! += q;
      hour[8]! += n;
      hour[9]! += tb;
      hour[10]! += tq;
    }
  }
  const rows = [...hours.values()];
  return fine.map((_, c) => Float64Array.from(rows, (row) => row[c]!));
}

const barsOf = (rows: readonly unknown[][]): NaiveBar[] =>
  rows.map(([closeTime, open, high, low, close]) => ({
    closeTime: Number(closeTime),
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
  }));

const klineSql = (interval: string): string =>
  `SELECT close_time, open, high, low, close FROM fact_kline k JOIN dim_interval USING (interval_id)
   WHERE "interval" = '${interval}' ORDER BY close_time`;

/** A strategy whose tiers are so near that many bars reach both, over every direction of SPEC 4. */
const busy = shippedStrategies()[1]!.document;
const strategies: StrategyDocument[] = [
  ...shippedStrategies().map((record) => record.document),
  {
    ...busy,
    strategy: 'every-direction',
    scoring: {
      ...busy.scoring,
      buy_threshold: 1.5,
      sell_threshold: 1.5,
      min_edge: 0.5,
      strong_edge: 1.5,
      max_score: null,
      confidence: { buy: [0.1, 0.9], sell: null },
    },
    risk: {
      entry: 'close',
      fee_bps: 4,
      slippage_bps: 1,
      buy: {
        weak: { tp_pct: 0.3, sl_pct: 0.3, lookahead: '3 BAR' },
        strong: { tp_pct: 0.6, sl_pct: 0.4, lookahead: '5 BAR' },
      },
      sell: {
        weak: { tp_pct: 0.3, sl_pct: 0.3, lookahead: '3h' },
        strong: { tp_pct: 0.5, sl_pct: 0.5, lookahead: '300m' },
      },
    },
    metrics: (
      [
        ['ABOVE', 'BUY', 'RSI14', null, 52, null, 1],
        ['AT_LEAST', 'BUY', 'ADX14', null, 20, null, 1],
        ['BELOW', 'SELL', 'STOCH_K14', null, null, 40, 1],
        ['AT_MOST', 'SELL', 'CCI20', null, null, -20, 1],
        ['BETWEEN', 'BUY', 'BB_PCT_B20', null, 0.5, 0.9, 1],
        ['OUTSIDE', 'FILTER', 'RSI14', null, 12, 88, 1],
        ['TREND_UP', 'BUY', 'EMA20', 'EMA50', null, null, 4],
        ['TREND_DOWN', 'SELL', 'OBV', null, null, null, 3],
        ['RISING', 'BUY', 'MACD_HIST', null, null, null, 2],
        ['FALLING', 'SELL', 'CLOSE', null, null, null, 2],
        ['CROSS_UP', 'BUY', 'MACD', 'MACD_SIGNAL', null, null, 5],
        ['CROSS_DOWN', 'SELL', 'CLOSE', 'VWAP_D', null, null, 3],
        ['REJECT', 'SELL', 'BB_MIDDLE20', null, null, null, 1],
        ['RECLAIM', 'BUY', 'SUPERTREND', null, null, null, 1],
        ['EXPAND', 'BUY', 'VOLUME', null, 1.4, null, 6],
        ['CONTRACT', 'SELL', 'ATR14', null, null, 0.97, 7],
      ] as const
    ).map(
      ([direction, side, indicator, reference, start, end, size], i): MetricDocument => ({
        code: `M${i}_${direction}`,
        name: direction,
        description: '',
        side,
        group: (['TREND', 'MOMENTUM', 'VOLATILITY', 'VOLUME'] as const)[i % 4]!,
        indicator,
        reference,
        direction,
        start,
        end,
        window: { size, unit: i % 2 === 0 ? 'BAR' : 'HOUR' },
        weight: 0.5 + (i % 5) * 0.1,
        active: i !== 8,
      }),
    ),
  },
];

beforeAll(async () => {
  warehouse = await newWarehouse(folder.path, 'chain');
  await warehouse.importStrategy(strategies[2]!, 'every-direction', 0);
  const fine = walkColumns({ seed: 77, rows: BARS * 12, durationMs: FINE, gaps: 0.0004 });
  const hours = hoursOf(fine);
  const fileOf = (name: string, columns: readonly Float64Array[]): string => {
    const path = join(folder.path, name);
    writeFileSync(path, csvOf(columns));
    return path;
  };
  await loadFiles(warehouse, [fileOf('BTCUSDT-1h-x.csv', hours), fileOf('BTCUSDT-5m-x.csv', fine)], {
    now: Date.UTC(2026, 0, 1),
  });
  await recompute(warehouse, { threads: 0, interval: '1h' });
  bars = barsOf(await select(warehouse, klineSql('1h')));
  fineBars = new Map(barsOf(await select(warehouse, klineSql('5m'))).map((bar) => [bar.closeTime, bar]));
  const rows = await select(
    warehouse,
    `SELECT indicator, timestamp, value FROM fact_indicator WHERE "interval" = '1h'`,
  );
  for (const [code, at, value] of rows) {
    const series = indicators.get(String(code)) ?? new Map<number, number>();
    series.set(Number(at), Number(value));
    indicators.set(String(code), series);
  }
  for (const name of ['open', 'high', 'low', 'close', 'volume']) {
    const values = await select(warehouse, klineSql('1h').replace('open, high, low, close', name));
    indicators.set(name.toUpperCase(), new Map(values.map(([at, value]) => [Number(at), Number(value)])));
  }
});

afterAll(async () => {
  await warehouse.close();
  folder.dispose();
});

function yOf({ indicator, reference, direction }: MetricDocument): number[] {
  const left = indicators.get(indicator)!;
  return bars.map(({ closeTime, close }) => {
    const value = left.get(closeTime) ?? Number.NaN;
    if (direction === 'REJECT' || direction === 'RECLAIM') return close - value;
    return reference === null ? value : value - (indicators.get(reference)!.get(closeTime) ?? Number.NaN);
  });
}

function windowOf({ window }: MetricDocument): number {
  if (window === null) return 1;
  const ms = { BAR: HOUR, MINUTE: 60_000, HOUR, DAY: 24 * HOUR }[window.unit] * window.size;
  return Math.max(1, Math.ceil(ms / HOUR));
}

/** Truth of every active metric by bar, in position order. */
function truthOf(document: StrategyDocument): {
  metrics: (MetricDocument & { position: number })[];
  truth: (boolean | null)[][];
} {
  const closeTime = bars.map((bar) => bar.closeTime);
  const metrics = document.metrics
    .map((metric, position) => ({ ...metric, position }))
    .filter((metric) => metric.active);
  const columns = metrics.map((metric) => {
    const y = yOf(metric);
    const isExpansion = metric.direction === 'EXPAND' || metric.direction === 'CONTRACT';
    const absent = isExpansion ? 1 : 0;
    return bars.map((_, t) =>
      naiveCondition(
        metric.direction,
        { y, closeTime, durationMs: HOUR },
        t,
        metric.start ?? absent,
        metric.end ?? absent,
        windowOf(metric),
      ),
    );
  });
  return { metrics, truth: bars.map((_, t) => columns.map((column) => column[t]!)) };
}

function predictionsOf(
  document: StrategyDocument,
): { prediction: NaivePrediction; bar: NaiveBar; maxScore: number }[] {
  const { metrics, truth } = truthOf(document);
  const { scoring } = document;
  const total = (side: string): number =>
    metrics.filter((metric) => metric.side === side).reduce((sum, metric) => sum + metric.weight, 0);
  const maxScore = scoring.max_score ?? Math.max(total('BUY'), total('SELL'));
  const rules = {
    metrics,
    buyThreshold: scoring.buy_threshold,
    sellThreshold: scoring.sell_threshold,
    maxScore,
    minEdge: scoring.min_edge,
    buyBand: scoring.confidence.buy,
    sellBand: scoring.confidence.sell,
  };
  return bars
    .map((bar, t) => ({ prediction: naivePrediction(rules, truth[t]!), bar, maxScore, truth: truth[t]! }))
    .filter((row) => row.truth.some((value) => value !== null));
}

function lookahead({ lookahead: text }: TierDocument): number {
  const [, count, unit] = /^(\d+)(m|h|d|w| BAR)$/.exec(text)!;
  return Number(count) * { m: 60_000, h: HOUR, d: 24 * HOUR, w: 168 * HOUR, ' BAR': HOUR }[unit as 'm']!;
}

function finerOf(exitBar: NaiveBar): NaiveBar[] | null {
  const times = Array.from({ length: 12 }, (_, i) => exitBar.closeTime - HOUR + (i + 1) * FINE);
  return times.every((time) => fineBars.has(time)) ? times.map((time) => fineBars.get(time)!) : null;
}

describe('fact_indicator', () => {
  it('has the values that SPEC 3 says, of every code at every bar', async () => {
    const rows = await select(
      warehouse,
      `SELECT open_time, open, high, low, close, volume, close_time, taker_buy_base
       FROM fact_kline k JOIN dim_interval USING (interval_id) WHERE "interval" = '1h' ORDER BY close_time`,
    );
    const column = (c: number): number[] =>
      rows.map((row) => (row[c] === null ? Number.NaN : Number(row[c])));
    const klines = {
      openTime: column(0),
      open: column(1),
      high: column(2),
      low: column(3),
      close: column(4),
      volume: column(5),
      closeTime: column(6),
      takerBuyBase: column(7),
    };
    for (const [code, twin] of Object.entries(TWINS)) {
      const expected = twin(klines);
      expected.forEach((value, t) => {
        const stored = indicators.get(code)?.get(klines.closeTime[t]!) ?? Number.NaN;
        const allowed = allowedDifference(code, value, stored, klines.close[t]!);
        if (!Object.is(stored, value) && !(Math.abs(stored - value) <= allowed))
          expect.fail(`${code}, row ${t}: stored ${stored}, the twin says ${value}`);
      });
    }
  });
});

describe.each(strategies.map((document) => ({ name: document.strategy, document })))(
  '$name',
  ({ name, document }) => {
    it('has the metric values that SPEC 4 says', async () => {
      const { metrics, truth } = truthOf(document);
      const expected = bars.flatMap(({ closeTime }, t) =>
        metrics.flatMap(({ code }, i) =>
          truth[t]![i] === null ? [] : [`${code} ${closeTime} ${truth[t]![i] ? 1 : 0}`],
        ),
      );
      const stored = await select(
        warehouse,
        `SELECT metric, calculating_at, metric_value FROM fact_metric_value WHERE strategy = '${name}'`,
      );
      expect(stored.map(([code, at, value]) => `${code} ${at} ${Number(value)}`).sort()).toEqual(
        expected.sort(),
      );
    });

    it('has the predictions that SPEC 5 says', async () => {
      const codes = document.metrics.map((metric) => metric.code);
      const expected = predictionsOf(document).map(({ prediction, bar, maxScore }) => {
        const { buyScore, sellScore, action, reason, isConflict, groups, known, fired } = prediction;
        const active = document.metrics.flatMap((metric, position) => (metric.active ? [position] : []));
        return [
          bar.closeTime,
          bar.close,
          buyScore,
          sellScore,
          Math.abs(buyScore - sellScore),
          maxScore,
          Math.max(buyScore, sellScore) / maxScore,
          action,
          reason === null ? 1 : 0,
          reason?.replace(/^FILTER:(\d+)$/, (_, position) => `FILTER:${codes[Number(position)]}`) ?? '',
          isConflict ? 1 : 0,
          groups.TREND,
          groups.MOMENTUM,
          groups.VOLATILITY,
          groups.VOLUME,
          fired.map((position) => codes[position]).join(';'),
          active
            .filter((position) => !known.includes(position))
            .map((position) => codes[position])
            .join(';'),
        ].join(' | ');
      });
      const stored = await select(
        warehouse,
        `SELECT * EXCLUDE (strategy, version, symbol, "interval") FROM fact_prediction
       WHERE strategy = '${name}' ORDER BY predicting_at`,
      );
      const text = (value: unknown): string =>
        String(typeof value === 'boolean' ? Number(value) : (value ?? ''));
      expect(stored.map((row) => row.map(text).join(' | '))).toEqual(expected);
    });

    it('has the results that SPEC 6 says, finer bars included', async () => {
      const { risk, scoring } = document;
      const seen = new Set<string>();
      const expected = predictionsOf(document).flatMap(({ prediction, bar }) => {
        const { action, reason, buyScore, sellScore } = prediction;
        if (reason !== null || action === 'SIDEWAY') return [];
        const isStrong = Math.abs(buyScore - sellScore) >= scoring.strong_edge - 1e-9;
        const tier = (action === 'BUY' ? risk.buy : risk.sell)[isStrong ? 'strong' : 'weak'];
        const result = naiveResult(
          {
            predictingAt: bar.closeTime,
            side: action,
            isStrong,
            tier: { tpPct: tier.tp_pct, slPct: tier.sl_pct, lookaheadMs: lookahead(tier) },
            entryAtClose: risk.entry === 'close',
            feeBps: risk.fee_bps,
            slippageBps: risk.slippage_bps,
            durationMs: durationOf('1h'),
          },
          bars,
          finerOf,
        );
        if (typeof result === 'string') return [];
        seen.add(
          `${result.status}${result.isContested ? ' contested' : ''}${result.isAmbiguous ? ' ambiguous' : ''}`,
        );
        return [rowOf(bar, action, isStrong, lookahead(tier), result)];
      });
      const stored = await select(
        warehouse,
        `SELECT predicting_at, action, is_strong, entry_price, tp_price, sl_price, lookahead_ms, exit_price, result_status,
              confirmed_at, gross_pct, pnl_pct, max_return_pct, min_return_pct, is_ambiguous, has_gap
       FROM v_prediction_result WHERE strategy = '${name}' ORDER BY predicting_at`,
      );
      expect(
        stored.map((row) =>
          row.map((value) => String(typeof value === 'boolean' ? Number(value) : value)).join(' | '),
        ),
      ).toEqual(expected);
      expect(expected.length).toBeGreaterThan(20);
      if (name === 'every-direction')
        expect([...seen].sort()).toEqual(
          expect.arrayContaining(['EXPIRED', 'LOSS', 'LOSS contested', 'WIN', 'WIN contested']),
        );
    });
  },
);

function rowOf(
  bar: NaiveBar,
  action: string,
  isStrong: boolean,
  lookaheadMs: number,
  result: NaiveResult,
): string {
  return [
    bar.closeTime,
    action,
    isStrong ? 1 : 0,
    result.entryPrice,
    result.tpPrice,
    result.slPrice,
    lookaheadMs,
    result.exitPrice,
    result.status,
    result.confirmedAt,
    result.grossPct,
    result.pnlPct,
    result.maxReturnPct,
    result.minReturnPct,
    result.isAmbiguous ? 1 : 0,
    result.hasGap ? 1 : 0,
  ].join(' | ');
}
