import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StrategyRecord } from '../../warehouse/index.js';
import { compileStrategy } from './compile.js';
import { lookaheadMs, parseLookahead } from './lookahead.js';
import { parseStrategy } from './parse.js';

const HOUR = 3_600_000;

function shipped(name: string, change: (text: string) => string = (text) => text): StrategyRecord {
  const text = readFileSync(new URL(`../../warehouse/seed/strategies/${name}.yaml`, import.meta.url), 'utf8');
  const { document, contentHash } = parseStrategy(change(text));
  return { strategyId: 1, version: 1, contentHash, isEnabled: true, isNewest: true, importedAt: 0, document };
}

describe('compileStrategy', () => {
  it('applies where symbol and interval are listed, the strategy is enabled and no lookahead is shorter', () => {
    const btc = shipped('btc-2h');
    expect(compileStrategy(btc, '2h').applies('BTCUSDT')).toBe(true);
    expect(compileStrategy(btc, '2h').applies('ETHUSDT')).toBe(false);
    expect(compileStrategy(btc, '1h').applies('BTCUSDT')).toBe(false);
    expect(compileStrategy({ ...btc, isEnabled: false }, '2h').applies('BTCUSDT')).toBe(false);
    // The shortest lookahead is that of buy, 4h.
    const everywhere = shipped('btc-2h', (text) =>
      text.replace('symbols: [BTCUSDT]', '').replace('intervals: [2h]', ''),
    );
    expect(
      ['1m', '4h', '6h', '1w'].map((interval) => compileStrategy(everywhere, interval).applies('ANY')),
    ).toEqual([true, true, false, false]);
    const bars = shipped('trend-momentum', (text) => text.replace(/^intervals:.*$/m, ''));
    expect(compileStrategy(bars, '1w').applies('ANY')).toBe(true);
  });

  it('resolves windows, thresholds and lookaheads for the interval', () => {
    const { metrics, trade, scoring } = compileStrategy(shipped('btc-2h'), '2h');
    expect(metrics[0]).toEqual({
      position: 0,
      direction: 'AT_LEAST',
      indicator: 'ADX14',
      reference: null,
      start: 20,
      end: 0,
      window: 1,
    });
    expect(metrics[1]).toMatchObject({
      direction: 'CROSS_UP',
      indicator: 'MACD',
      reference: 'MACD_SIGNAL',
      start: 0,
      window: 1,
    });
    expect(compileStrategy(shipped('btc-2h'), '15m').metrics[1]!.window).toBe(8);
    expect(scoring).toMatchObject({
      buyThreshold: 2,
      sellThreshold: 2,
      maxScore: 5,
      minEdge: 1,
      buyBand: [0.62, 0.8],
      sellBand: [0.55, 0.9],
    });
    expect(trade).toEqual({
      entryAtClose: false,
      feeBps: 10,
      slippageBps: 2,
      strongEdge: 2.5,
      buyWeak: { tpPct: 0.25, slPct: 0.2, lookaheadMs: 4 * HOUR },
      buyStrong: { tpPct: 0.8, slPct: 0.2, lookaheadMs: 4 * HOUR },
      sellWeak: { tpPct: 0.3, slPct: 0.2, lookaheadMs: 6 * HOUR },
      sellStrong: { tpPct: 1.2, slPct: 0.3, lookaheadMs: 10 * HOUR },
    });
    const trend = compileStrategy(shipped('trend-momentum'), '30m');
    expect(trend.trade.buyStrong.lookaheadMs).toBe(24 * HOUR);
    expect(trend.metrics.find(({ direction }) => direction === 'EXPAND')).toMatchObject({
      start: 1.1,
      window: 10,
    });
    // 1.2 + 1.0 + 1.0 + 1.3 + 0.8 + 0.7 + 0.9 + 0.8 + 0.6, the same on both sides.
    expect(trend.scoring.maxScore).toBeCloseTo(8.3, 12);
  });

  it('leaves inactive metrics out and keeps the positions of the others', () => {
    const record = shipped('btc-2h', (text) =>
      text
        .replace('name: ADX at least 20', 'active: false')
        .replace('max_score: 5', 'max_score: null')
        .replace('entry: next_open', 'entry: close'),
    );
    const { metrics, scoring, trade } = compileStrategy(record, '2h');
    expect(metrics.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(scoring.metrics.map(({ position }) => position)).toEqual(metrics.map(({ position }) => position));
    expect(scoring.metrics[0]).toEqual({ position: 1, side: 'BUY', group: 'MOMENTUM', weight: 1.3 });
    // SELL: 1.2 + 1.0 + 1.3 + 1.2 + 1.0 + 0.9; BUY without its first: 3.1.
    expect(scoring.maxScore).toBeCloseTo(6.6, 12);
    expect(trade.entryAtClose).toBe(true);
  });

  it('names what is wrong with a document that nobody checked', () => {
    const record = shipped('btc-2h');
    const broken = (change: object): StrategyRecord => ({
      ...record,
      document: { ...record.document, metrics: [{ ...record.document.metrics[0]!, ...change }] },
    });
    expect(() => compileStrategy(broken({ direction: 'UP' }), '2h')).toThrow(
      /'btc-2h' metrics\[0\]\.direction 'UP'/,
    );
    expect(() => compileStrategy(broken({ start: null }), '2h')).toThrow(/'btc-2h' metrics\[0\]\.start/);
    expect(() => compileStrategy(record, '7m')).toThrow(/'7m'/);
  });
});

describe('lookahead', () => {
  it.each([
    ['15m', 15 * 60_000],
    ['4h', 4 * HOUR],
    ['2d', 48 * HOUR],
    ['1w', 168 * HOUR],
    ['1000000 BAR', 1_000_000 * HOUR],
  ])('%s', (text, ms) => {
    expect(lookaheadMs(text, HOUR)).toBe(ms);
  });

  it.each([
    '',
    '4',
    'h',
    '0h',
    '-4h',
    '4H',
    '1M',
    '4 h',
    '4BAR',
    '4  BAR',
    '4 bar',
    '4 BARS',
    '0 BAR',
    '1.5h',
    '04h',
    '1000001 BAR',
    '4h\n',
    '1d12h',
  ])('%j is none', (text) => {
    expect(parseLookahead(text)).toBe(null);
    expect(() => lookaheadMs(text, HOUR)).toThrow(/lookahead/);
  });
});
