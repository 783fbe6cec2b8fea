import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NaiveBar, naiveResult } from '../../test/reference/confirm.js';
import { ACTION, REASON } from '../scoring/rules.js';
import { confirmRows } from './confirm-rows.js';
import { decideContested } from './contested.js';
import type { Bars, TierRules, TradeResult, TradeRules } from './rules.js';
import { TradeBook } from './trade-book.js';

const DURATION = 60_000;

interface Signal {
  readonly action: number;
  readonly edge: number;
}

interface World {
  readonly bars: readonly NaiveBar[];
  /** null: not tradable. */
  readonly signals: readonly (Signal | null)[];
  readonly rules: TradeRules;
}

/** Prices on a grid of halves around 100 and targets of whole percents: touches, gaps and double touches are common. */
const price = fc.integer({ min: -6, max: 6 }).map((step) => 100 + step / 2);
const barRow = fc.record({
  prices: fc.tuple(price, price, price, price),
  skip: fc.oneof(
    { weight: 12, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) },
  ),
  signal: fc.option(
    fc.record({
      action: fc.constantFrom<number>(ACTION.BUY, ACTION.SELL),
      edge: fc.constantFrom(1, 2.5 - 5e-10, 3),
    }),
    { nil: null },
  ),
});
const tier: fc.Arbitrary<TierRules> = fc.record({
  tpPct: fc.constantFrom(0.5, 1, 1.5, 2, 3, 4),
  slPct: fc.constantFrom(0.5, 1, 1.5, 2, 3),
  lookaheadMs: fc.constantFrom(0.5, 1, 1.5, 2, 3, 5, 8).map((bars) => bars * DURATION),
});
const world: fc.Arbitrary<World> = fc
  .record({
    rows: fc.array(barRow, { minLength: 1, maxLength: 30 }),
    rules: fc.record({
      entryAtClose: fc.boolean(),
      feeBps: fc.constantFrom(0, 7.5, 10),
      slippageBps: fc.constantFrom(0, 2),
      strongEdge: fc.constant(2.5),
      buyWeak: tier,
      buyStrong: tier,
      sellWeak: tier,
      sellStrong: tier,
    }),
  })
  .map(({ rows, rules }) => {
    let time = DURATION - 1;
    const bars = rows.map(({ prices, skip }) => {
      time += DURATION * (1 + skip);
      const [open, close, p, q] = prices;
      return { closeTime: time, open, close, high: Math.max(...prices), low: Math.min(open, close, p, q) };
    });
    return { bars, signals: rows.map((row) => row.signal), rules };
  });

function columnsOf(bars: readonly NaiveBar[]): Bars {
  return {
    closeTime: Float64Array.from(bars, (bar) => bar.closeTime),
    open: Float64Array.from(bars, (bar) => bar.open),
    high: Float64Array.from(bars, (bar) => bar.high),
    low: Float64Array.from(bars, (bar) => bar.low),
    close: Float64Array.from(bars, (bar) => bar.close),
  };
}

const predictionsOf = (signals: World['signals']) => ({
  action: Int8Array.from(signals, (signal) => signal?.action ?? ACTION.SIDEWAY),
  reason: Int16Array.from(signals, (signal) => (signal === null ? REASON.NO_SIGNAL : REASON.NONE)),
  // 1 apart from each other in the right direction by `edge`, exactly: 0 on the other side.
  buyScore: Float64Array.from(signals, (signal) => (signal?.action === ACTION.BUY ? signal.edge : 0)),
  sellScore: Float64Array.from(signals, (signal) => (signal?.action === ACTION.SELL ? signal.edge : 0)),
});

interface Confirmed {
  /** By predicting_at: the book emits carried trades first, so the order depends on the cuts. */
  readonly results: readonly { readonly result: TradeResult; readonly decidedAt: number }[];
  readonly unfilled: number;
  readonly state: readonly number[];
}

/** Chunks in buffers of their own with NaN behind them; the book is saved and restored at every cut. */
function confirm({ bars, signals, rules }: World, cuts: readonly number[] = []): Confirmed {
  const edges = [...new Set([0, ...cuts.filter((cut) => cut < bars.length), bars.length])].sort(
    (a, b) => a - b,
  );
  const poison = {
    closeTime: Number.NaN,
    open: Number.NaN,
    high: Number.NaN,
    low: Number.NaN,
    close: Number.NaN,
  };
  const results: { result: TradeResult; decidedAt: number }[] = [];
  let state: Float64Array = new Float64Array();
  let unfilled = 0;
  for (let i = 1; i < edges.length; i++) {
    const book = TradeBook.restore(rules, DURATION, state);
    const [from, to] = [edges[i - 1]!, edges[i]!];
    const columns = columnsOf([...bars.slice(from, to), poison, poison]);
    const predictions = predictionsOf([...signals.slice(from, to), { action: 1, edge: 9 }, null]);
    confirmRows(book, columns, predictions, 0, to - from, (result, decidedAt) =>
      results.push({ result: { ...result }, decidedAt }),
    );
    state = book.save();
    unfilled += book.unfilled;
    expect(book.size * 9).toBe(state.length);
  }
  results.sort((p, q) => p.result.predictingAt - q.result.predictingAt);
  return { results, unfilled, state: [...state] };
}

const tierOf = (rules: TradeRules, { action, edge }: Signal): TierRules =>
  action === ACTION.BUY
    ? edge > 2
      ? rules.buyStrong
      : rules.buyWeak
    : edge > 2
      ? rules.sellStrong
      : rules.sellWeak;

function twin({ bars, signals, rules }: World, t: number, finer?: Parameters<typeof naiveResult>[2]) {
  const signal = signals[t]!;
  return naiveResult(
    {
      predictingAt: bars[t]!.closeTime,
      side: signal.action === ACTION.BUY ? 'BUY' : 'SELL',
      isStrong: signal.edge > 2,
      tier: tierOf(rules, signal),
      entryAtClose: rules.entryAtClose,
      feeBps: rules.feeBps,
      slippageBps: rules.slippageBps,
      durationMs: DURATION,
    },
    bars,
    finer,
  );
}

describe('confirmation in general', () => {
  it('equals the naive twin: every result, what is open, what is unfilled', () => {
    const visited = new Map<string, number>();
    const visit = (name: string) => visited.set(name, (visited.get(name) ?? 0) + 1);
    fc.assert(
      fc.property(world, (given) => {
        const { results, unfilled, state } = confirm(given);
        const byTime = new Map(results.map((row) => [row.result.predictingAt, row]));
        let expectedUnfilled = 0;
        const open: number[] = [];
        given.signals.forEach((signal, t) => {
          if (signal === null) return;
          const expected = twin(given, t);
          const predictingAt = given.bars[t]!.closeTime;
          if (typeof expected === 'string') {
            visit(expected);
            if (expected === 'open') open.push(predictingAt);
            else expectedUnfilled++;
            expect(byTime.has(predictingAt)).toBe(false);
            return;
          }
          const { result, decidedAt } = byTime.get(predictingAt)!;
          expect(result).toMatchObject({
            ...expected,
            action: signal.action,
            isStrong: signal.edge > 2,
            lookaheadMs: tierOf(given.rules, signal).lookaheadMs,
            decidedBy: null,
          });
          const end = predictingAt + result.lookaheadMs;
          expect(decidedAt).toBe(
            expected.status === 'EXPIRED'
              ? given.bars.find((bar) => bar.closeTime >= end)!.closeTime
              : expected.confirmedAt,
          );
          visit(
            `${expected.status}${expected.isContested ? ' contested' : ''}${expected.hasGap ? ' gap' : ''}`,
          );
          if (expected.exitPrice !== expected.slPrice && expected.status === 'LOSS') visit('LOSS at open');
          if (expected.exitPrice !== expected.tpPrice && expected.status === 'WIN') visit('WIN at open');
        });
        expect(unfilled).toBe(expectedUnfilled);
        expect(state.filter((_, i) => i % 9 === 0)).toEqual(open);
        expect(results.length).toBe(given.signals.filter((s) => s !== null).length - open.length - unfilled);
      }),
      { numRuns: 1500 },
    );
    // The generator must visit every outcome, else the equality above says little.
    expect([...visited.keys()]).toEqual(
      expect.arrayContaining([
        'WIN',
        'LOSS',
        'EXPIRED',
        'WIN gap',
        'LOSS gap',
        'EXPIRED gap',
        'LOSS contested',
        'LOSS at open',
        'WIN at open',
        'open',
        'unfilled',
      ]),
    );
  });

  it('any cutting, one row at a time included, gives the same results and the same saved state', () => {
    fc.assert(
      fc.property(world, fc.array(fc.nat(30), { maxLength: 10 }), (given, cuts) => {
        const whole = confirm(given);
        expect(confirm(given, cuts)).toEqual(whole);
        expect(
          confirm(
            given,
            given.bars.map((_, i) => i),
          ),
        ).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('bars after the window change nothing', () => {
    fc.assert(
      fc.property(world, world, (given, other) => {
        const last = given.bars.at(-1)!.closeTime;
        const later = other.bars.map((bar) => ({ ...bar, closeTime: bar.closeTime + last }));
        const longer = confirm({
          bars: [...given.bars, ...later],
          signals: [...given.signals, ...other.signals],
          rules: given.rules,
        });
        const known = new Map(longer.results.map(({ result }) => [result.predictingAt, result]));
        for (const { result } of confirm(given).results)
          expect(known.get(result.predictingAt)).toEqual(result);
      }),
      { numRuns: 200 },
    );
  });

  it('decides contested exits by finer bars as the naive twin does', () => {
    const finerRows = fc.array(fc.tuple(price, price, price, price), { maxLength: 6 });
    const visited = new Set<string>();
    fc.assert(
      fc.property(world, finerRows, (given, rows) => {
        const finer = rows.map((prices, i) => ({
          closeTime: i,
          open: prices[0],
          close: prices[1],
          high: Math.max(...prices),
          low: Math.min(...prices),
        }));
        for (const { result } of confirm(given).results) {
          if (!result.isContested) continue;
          const t = given.bars.findIndex((bar) => bar.closeTime === result.predictingAt);
          const decided = decideContested(result, given.rules, columnsOf(finer), 0, finer.length, '1m');
          const expected = twin(given, t, () => finer);
          expect(decided).toMatchObject(expected as object);
          expect(decided.decidedBy).toBe(decided.isAmbiguous ? null : '1m');
          visited.add(`${decided.status} ${decided.isAmbiguous}`);
        }
      }),
      { numRuns: 1000 },
    );
    expect([...visited].sort()).toEqual(['LOSS false', 'LOSS true', 'WIN false']);
  });
});
