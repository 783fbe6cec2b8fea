import { describe, expect, it } from 'vitest';
import { ACTION, REASON } from '../scoring/rules.js';
import { confirmRows } from './confirm-rows.js';
import { decideContested } from './contested.js';
import type { Bars, TradeResult, TradeRules } from './rules.js';
import { TradeBook } from './trade-book.js';

/** Ten milliseconds a bar keeps the times readable: bar i closes at 10 i + 9. */
const DURATION = 10;
type Row = readonly [open: number, high: number, low: number, close: number];

/** @param numbers of the bars on the grid, when some are missing */
function barsOf(rows: readonly Row[], numbers = rows.map((_, i) => i)): Bars {
  return {
    closeTime: Float64Array.from(numbers, (i) => 10 * i + 9),
    open: Float64Array.from(rows, (row) => row[0]),
    high: Float64Array.from(rows, (row) => row[1]),
    low: Float64Array.from(rows, (row) => row[2]),
    close: Float64Array.from(rows, (row) => row[3]),
  };
}

/** Weak: target 2 %, stop 1 %, two bars; strong: target 4 %, stop 2 %, three bars. A round trip costs 0.24 %. */
const weak = { tpPct: 2, slPct: 1, lookaheadMs: 20 };
const strong = { tpPct: 4, slPct: 2, lookaheadMs: 30 };
const rules: TradeRules = {
  entryAtClose: false,
  feeBps: 10,
  slippageBps: 2,
  strongEdge: 2.5,
  buyWeak: weak,
  buyStrong: strong,
  sellWeak: weak,
  sellStrong: strong,
};

interface Outcome {
  readonly result: TradeResult | null;
  readonly decidedAt: number | null;
  readonly open: number;
  readonly unfilled: number;
}

/** Opens one trade at row 0 and walks the rest. */
function trade(
  action: number,
  bars: Bars,
  { with: used = rules, edge = 1 }: { with?: TradeRules; edge?: number } = {},
): Outcome {
  const book = new TradeBook(used, DURATION);
  const rows = bars.closeTime.length;
  const predictions = {
    action: new Int8Array(rows).fill(action),
    reason: new Int16Array(rows).fill(REASON.NO_SIGNAL),
    buyScore: new Float64Array(rows).fill(edge),
    sellScore: new Float64Array(rows),
  };
  predictions.reason[0] = REASON.NONE;
  const seen: { result: TradeResult; decidedAt: number }[] = [];
  confirmRows(book, bars, predictions, 0, rows, (result, decidedAt) =>
    seen.push({ result: { ...result }, decidedAt }),
  );
  expect(seen.length).toBeLessThanOrEqual(1);
  return {
    result: seen[0]?.result ?? null,
    decidedAt: seen[0]?.decidedAt ?? null,
    open: book.size,
    unfilled: book.unfilled,
  };
}

const SIGNAL: Row = [100, 100, 100, 100];
const QUIET: Row = [100, 100.5, 99.5, 100];

describe('confirmation by hand from SPEC 6', () => {
  it('BUY wins at the target', () => {
    const { result, decidedAt } = trade(ACTION.BUY, barsOf([SIGNAL, QUIET, [100, 103, 99.6, 101]]));
    expect(result).toEqual({
      predictingAt: 9,
      action: ACTION.BUY,
      isStrong: false,
      entryPrice: 100,
      tpPrice: 102,
      slPrice: 99,
      lookaheadMs: 20,
      exitPrice: 102,
      status: 'WIN',
      confirmedAt: 29,
      grossPct: (102 / 100 - 1) * 100,
      pnlPct: (102 / 100 - 1) * 100 - 0.24,
      // The exit bar's high of 103 and low of 99.6 do not count, its open and the exit price do.
      maxReturnPct: (102 / 100 - 1) * 100,
      minReturnPct: (99.5 / 100 - 1) * 100,
      isAmbiguous: false,
      hasGap: false,
      isContested: false,
      decidedBy: null,
      maxBeforeExitPct: (100.5 / 100 - 1) * 100,
      minBeforeExitPct: (99.5 / 100 - 1) * 100,
    });
    expect(decidedAt).toBe(29);
  });

  it('SELL mirrors targets and returns', () => {
    const { result } = trade(ACTION.SELL, barsOf([SIGNAL, QUIET, [100, 100.9, 97, 98]]));
    expect(result).toMatchObject({
      status: 'WIN',
      tpPrice: 98,
      slPrice: 101,
      exitPrice: 98,
      grossPct: (1 - 98 / 100) * 100,
      maxReturnPct: (1 - 98 / 100) * 100,
      minReturnPct: (1 - 100.5 / 100) * 100,
    });
    expect(trade(ACTION.SELL, barsOf([SIGNAL, QUIET, [100, 101, 99, 98]])).result).toMatchObject({
      status: 'LOSS',
      exitPrice: 101,
      grossPct: (1 - 101 / 100) * 100,
    });
  });

  it('prices are compared exactly: touching is reaching, the next float below is not', () => {
    const touched = trade(ACTION.BUY, barsOf([SIGNAL, [100, 100, 99, 100]])).result;
    expect(touched).toMatchObject({ status: 'LOSS', exitPrice: 99 });
    const missed = trade(ACTION.BUY, barsOf([SIGNAL, [100, 100, 99 + 2e-14, 100]]));
    expect(99 + 2e-14).toBeGreaterThan(99);
    expect(missed).toMatchObject({ result: null, open: 1 });
  });

  it('an open beyond the stop loses at the open, beyond the target wins at the open', () => {
    const gapDown = trade(ACTION.BUY, barsOf([SIGNAL, QUIET, [98, 103, 97, 98]])).result;
    expect(gapDown).toMatchObject({ status: 'LOSS', exitPrice: 98, isAmbiguous: false, isContested: false });
    expect(gapDown!.minReturnPct).toBe((98 / 100 - 1) * 100);
    expect(trade(ACTION.BUY, barsOf([SIGNAL, QUIET, [103, 104, 90, 98]])).result).toMatchObject({
      status: 'WIN',
      exitPrice: 103,
      isAmbiguous: false,
    });
    expect(trade(ACTION.SELL, barsOf([SIGNAL, QUIET, [101.5, 102, 90, 98]])).result).toMatchObject({
      status: 'LOSS',
      exitPrice: 101.5,
    });
    expect(trade(ACTION.SELL, barsOf([SIGNAL, QUIET, [97, 102, 90, 98]])).result).toMatchObject({
      status: 'WIN',
      exitPrice: 97,
    });
  });

  it('entry at the close lets the first bar open beyond a target; at the next open it cannot', () => {
    const rows = barsOf([SIGNAL, [98, 98.5, 97.5, 98], [98, 98, 98, 98]]);
    const atClose = trade(ACTION.BUY, rows, { with: { ...rules, entryAtClose: true } }).result;
    expect(atClose).toMatchObject({ entryPrice: 100, status: 'LOSS', exitPrice: 98, confirmedAt: 19 });
    expect(trade(ACTION.BUY, rows).result).toMatchObject({ entryPrice: 98, status: 'EXPIRED' });
  });

  it('a range over both targets is contested: LOSS at the stop until finer bars decide', () => {
    const { result } = trade(ACTION.BUY, barsOf([SIGNAL, QUIET, [100.7, 103, 98, 102]]));
    expect(result).toMatchObject({
      status: 'LOSS',
      exitPrice: 99,
      isAmbiguous: true,
      isContested: true,
      decidedBy: null,
      maxBeforeExitPct: (100.7 / 100 - 1) * 100,
      minBeforeExitPct: (99.5 / 100 - 1) * 100,
      maxReturnPct: (100.7 / 100 - 1) * 100,
      minReturnPct: (99 / 100 - 1) * 100,
    });
  });

  it('expires at the close of the last window bar, whose high and low count', () => {
    const { result, decidedAt } = trade(
      ACTION.BUY,
      barsOf([SIGNAL, QUIET, [100, 101, 99.25, 100.25], QUIET]),
    );
    expect(result).toMatchObject({
      status: 'EXPIRED',
      exitPrice: 100.25,
      confirmedAt: 29,
      grossPct: (100.25 / 100 - 1) * 100,
      maxReturnPct: (101 / 100 - 1) * 100,
      minReturnPct: (99.25 / 100 - 1) * 100,
      hasGap: false,
    });
    expect(decidedAt).toBe(29);
  });

  it('has no result while the window is incomplete', () => {
    expect(trade(ACTION.BUY, barsOf([SIGNAL, QUIET]))).toEqual({
      result: null,
      decidedAt: null,
      open: 1,
      unfilled: 0,
    });
  });

  it('a lookahead between two bars ends with the bar before', () => {
    const used = { ...rules, buyWeak: { ...weak, lookaheadMs: 15 } };
    const { result, decidedAt } = trade(ACTION.BUY, barsOf([SIGNAL, QUIET, [100, 110, 100, 110]]), {
      with: used,
    });
    expect(result).toMatchObject({ status: 'EXPIRED', confirmedAt: 19, hasGap: false });
    expect(decidedAt).toBe(29);
  });

  it('the strong tier starts at strong_edge, 1e-9 below it included', () => {
    const rows = barsOf([SIGNAL, [100, 102.5, 98.5, 100]]);
    expect(trade(ACTION.BUY, rows, { edge: 2.5 - 5e-10 })).toMatchObject({ result: null, open: 1 });
    expect(trade(ACTION.BUY, rows, { edge: 2.5 - 2e-9 }).result).toMatchObject({
      isStrong: false,
      status: 'LOSS',
    });
  });

  it('a missing bar is a gap when it lies before the exit, or before the end of an expired trade', () => {
    const won: Row = [100, 103, 100, 102];
    expect(trade(ACTION.BUY, barsOf([SIGNAL, won], [0, 2])).result).toMatchObject({
      status: 'WIN',
      hasGap: true,
    });
    expect(trade(ACTION.BUY, barsOf([SIGNAL, won, QUIET], [0, 1, 5])).result!.hasGap).toBe(false);
    const late = trade(ACTION.BUY, barsOf([SIGNAL, QUIET, QUIET], [0, 1, 7]));
    expect(late.result).toMatchObject({ status: 'EXPIRED', confirmedAt: 19, hasGap: true });
    expect(late.decidedAt).toBe(79);
  });

  it('a complete window without a bar is unfilled, entry at the close included', () => {
    const rows = barsOf([SIGNAL, QUIET], [0, 5]);
    const none = { result: null, decidedAt: null, open: 0, unfilled: 1 };
    expect(trade(ACTION.BUY, rows)).toEqual(none);
    expect(trade(ACTION.BUY, rows, { with: { ...rules, entryAtClose: true } })).toEqual(none);
  });

  it('never looks at the signal bar', () => {
    expect(trade(ACTION.BUY, barsOf([[100, 200, 1, 100], QUIET])).result).toBe(null);
  });

  it('refuses an action that opens no trade and a book of the wrong length', () => {
    const book = new TradeBook(rules, DURATION);
    expect(() => book.open(9, ACTION.SIDEWAY, 1, 100)).toThrow(
      'confirm: action 0 opens no trade; allowed: 1, -1',
    );
    expect(() => TradeBook.restore(rules, DURATION, new Float64Array(10))).toThrow(
      'confirm: a saved trade book of 10 values; allowed: a multiple of 9',
    );
  });
});

describe('a contested exit decided by finer bars', () => {
  const contested = trade(ACTION.BUY, barsOf([SIGNAL, QUIET, [100, 103, 98, 102]])).result!;
  const decide = (rows: readonly Row[], from = 0, to = rows.length) =>
    decideContested(contested, rules, barsOf(rows), from, to, '1m');

  it('wins at the target when that is reached first, loses at the stop when that is', () => {
    expect(decide([QUIET, [101, 103, 100, 103], [103, 103, 98, 98]])).toEqual({
      ...contested,
      status: 'WIN',
      exitPrice: 102,
      grossPct: (102 / 100 - 1) * 100,
      pnlPct: (102 / 100 - 1) * 100 - 0.24,
      maxReturnPct: (102 / 100 - 1) * 100,
      minReturnPct: (99.5 / 100 - 1) * 100,
      isAmbiguous: false,
      decidedBy: '1m',
    });
    expect(decide([QUIET, [100, 100, 98, 98], [98, 103, 98, 103]])).toMatchObject({
      status: 'LOSS',
      exitPrice: 99,
      isAmbiguous: false,
      decidedBy: '1m',
    });
  });
  it('the open of a finer bar decides at that open', () => {
    expect(decide([QUIET, [102.5, 103, 98, 98]])).toMatchObject({ status: 'WIN', exitPrice: 102.5 });
    expect(decide([QUIET, [98.5, 103, 98, 98]])).toMatchObject({ status: 'LOSS', exitPrice: 98.5 });
  });
  it('stays the ambiguous loss when a finer bar is ambiguous too, none reaches, or there is none', () => {
    expect(decide([QUIET, [100, 103, 98, 100], [103, 103, 103, 103]])).toEqual(contested);
    expect(decide([QUIET, QUIET])).toEqual(contested);
    expect(decide([])).toEqual(contested);
  });
  it('reads only the rows it is given', () => {
    const rows: Row[] = [
      [98, 98, 98, 98],
      [101, 103, 100, 103],
      [98, 98, 98, 98],
    ];
    expect(decide(rows, 1, 2)).toMatchObject({ status: 'WIN', exitPrice: 102 });
  });
  it('refuses a result that is not contested', () => {
    const plain = { ...contested, isContested: false };
    expect(() => decideContested(plain, rules, barsOf([]), 0, 0, '1m')).toThrow('not contested');
  });
});
