import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricDocument, StrategyDocument } from '../../warehouse/index.js';
import { UserError } from '../errors.js';
import { contentHash } from './canonical.js';
import { formatStrategy } from './format.js';
import { parseStrategy } from './parse.js';

const CODES = ['RSI14', 'MACD', 'MACD_SIGNAL', 'EMA200'];

/** The example of SPEC 10, word for word. */
const EXAMPLE = `
strategy: btc-2h                 # name, unique
description: the published two-hour BTC rules
symbols: [BTCUSDT]               # empty: every symbol
intervals: [2h]                  # empty: every interval
scoring:
  buy_threshold: 2.0
  sell_threshold: 2.0
  max_score: 5                   # null: derived (section 5)
  min_edge: 1.0
  strong_edge: 2.5
  confidence: { buy: [0.62, 0.80], sell: [0.55, 0.90] }
risk:
  entry: next_open               # or close
  fee_bps: 10
  slippage_bps: 2
  buy:  { weak: { tp_pct: 0.25, sl_pct: 0.20, lookahead: 4h }, strong: { tp_pct: 0.80, sl_pct: 0.20, lookahead: 4h } }
  sell: { weak: { tp_pct: 0.30, sl_pct: 0.20, lookahead: 6h }, strong: { tp_pct: 1.20, sl_pct: 0.30, lookahead: 10h } }
metrics:                         # position follows this order
  - { code: BTC_BUY_MACD_BULL_2H, name: MACD crosses its signal upward, side: BUY, group: MOMENTUM, indicator: MACD,
      reference: MACD_SIGNAL, direction: CROSS_UP, window: 2 HOUR, weight: 1.3 }
  - { code: BTC_BUY_RSI_BULL_2H, name: RSI above 50, side: BUY, group: MOMENTUM, indicator: RSI14, direction: ABOVE,
      start: 50, weight: 1.0, active: true }
`;

// biome-ignore lint/suspicious/noExplicitAny: a document that tests damage at will
type Loose = any;
const METRIC = {
  code: 'M',
  side: 'BUY',
  group: 'TREND',
  indicator: 'RSI14',
  direction: 'ABOVE',
  start: 1,
  weight: 1,
};
const plain = (): Loose => {
  const { document } = parseStrategy(EXAMPLE, CODES);
  return JSON.parse(JSON.stringify({ ...document, metrics: [METRIC] }));
};
/** The sound document after `damage`, as JSON text. */
const damaged = (damage: (document: Loose) => void): string => {
  const document = plain();
  damage(document);
  return JSON.stringify(document);
};
const metric = (change: Record<string, unknown>) => damaged((d) => Object.assign(d.metrics[0], change));

function refusal(text: string): string[] {
  try {
    parseStrategy(text, CODES);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  throw new Error('the document was taken');
}

describe('parseStrategy', () => {
  it('reads the example of SPEC 10 and fills in the defaults', () => {
    const { document, warnings } = parseStrategy(EXAMPLE, CODES);
    expect(warnings).toEqual([]);
    expect(document).toEqual({
      strategy: 'btc-2h',
      description: 'the published two-hour BTC rules',
      symbols: ['BTCUSDT'],
      intervals: ['2h'],
      scoring: {
        buy_threshold: 2,
        sell_threshold: 2,
        max_score: 5,
        min_edge: 1,
        strong_edge: 2.5,
        confidence: { buy: [0.62, 0.8], sell: [0.55, 0.9] },
      },
      risk: {
        entry: 'next_open',
        fee_bps: 10,
        slippage_bps: 2,
        buy: {
          weak: { tp_pct: 0.25, sl_pct: 0.2, lookahead: '4h' },
          strong: { tp_pct: 0.8, sl_pct: 0.2, lookahead: '4h' },
        },
        sell: {
          weak: { tp_pct: 0.3, sl_pct: 0.2, lookahead: '6h' },
          strong: { tp_pct: 1.2, sl_pct: 0.3, lookahead: '10h' },
        },
      },
      metrics: [
        {
          code: 'BTC_BUY_MACD_BULL_2H',
          name: 'MACD crosses its signal upward',
          description: '',
          side: 'BUY',
          group: 'MOMENTUM',
          indicator: 'MACD',
          reference: 'MACD_SIGNAL',
          direction: 'CROSS_UP',
          start: null,
          end: null,
          window: { size: 2, unit: 'HOUR' },
          weight: 1.3,
          active: true,
        },
        {
          code: 'BTC_BUY_RSI_BULL_2H',
          name: 'RSI above 50',
          description: '',
          side: 'BUY',
          group: 'MOMENTUM',
          indicator: 'RSI14',
          reference: null,
          direction: 'ABOVE',
          start: 50,
          end: null,
          window: null,
          weight: 1,
          active: true,
        },
      ],
    });
  });

  it.each<[string, string, RegExp]>([
    ['an unknown key', damaged((d) => (d.colour = 'red')), /^colour: unknown key; allowed: strategy, /],
    [
      'an unknown key of a metric',
      metric({ treshold: 1 }),
      /^metrics\[0\]\.treshold: unknown key; allowed: code, /,
    ],
    [
      'an unknown key of a tier',
      damaged((d) => (d.risk.buy.weak.tp = 1)),
      /^risk\.buy\.weak\.tp: unknown key; allowed: tp_pct/,
    ],
    [
      'an unknown key of the bands',
      damaged((d) => (d.scoring.confidence.hold = null)),
      /^scoring\.confidence\.hold: unknown key/,
    ],
    [
      'an unknown indicator',
      metric({ indicator: 'RSI7' }),
      /^metrics\[0\]\.indicator: "RSI7"; allowed: one of RSI14, .*CLOSE, VOLUME$/,
    ],
    [
      'an unknown reference',
      metric({ reference: 'OPEN_TIME' }),
      /^metrics\[0\]\.reference: "OPEN_TIME"; allowed: one of RSI14/,
    ],
    [
      'an unknown direction',
      metric({ direction: 'UP' }),
      /^metrics\[0\]\.direction: "UP"; allowed: one of ABOVE, AT_LEAST/,
    ],
    [
      'an unknown side',
      metric({ side: 'HOLD' }),
      /^metrics\[0\]\.side: "HOLD"; allowed: one of BUY, SELL, FILTER$/,
    ],
    [
      'an unknown group',
      metric({ group: 'LUCK' }),
      /^metrics\[0\]\.group: "LUCK"; allowed: one of TREND, MOMENTUM, VOLATILITY, VOLUME$/,
    ],
    [
      'an unknown unit',
      metric({ window: '2 WEEK' }),
      /^metrics\[0\]\.window: "2 WEEK"; allowed: .*BAR, MINUTE, HOUR, DAY$/,
    ],
    ['a window without unit', metric({ window: 2 }), /^metrics\[0\]\.window: 2; allowed/],
    ['an empty window', metric({ window: '0 BAR' }), /^metrics\[0\]\.window: "0 BAR"; allowed/],
    ['a weight of 0', metric({ weight: 0 }), /^metrics\[0\]\.weight: 0; allowed: .*above 0$/],
    ['a negative weight', metric({ weight: -1 }), /^metrics\[0\]\.weight: -1; allowed/],
    [
      'a weight that is text',
      metric({ weight: '1.0' }),
      /^metrics\[0\]\.weight: "1\.0"; allowed: a finite number/,
    ],
    ['no weight', metric({ weight: undefined }), /^metrics\[0\]\.weight: missing; allowed/],
    ['active that is no flag', metric({ active: 1 }), /^metrics\[0\]\.active: 1; allowed: true or false$/],
    ['ABOVE without start', metric({ start: undefined }), /^metrics\[0\]\.start: missing; allowed/],
    [
      'BELOW without end',
      metric({ direction: 'BELOW', start: undefined }),
      /^metrics\[0\]\.end: missing; allowed/,
    ],
    ['ABOVE with end', metric({ end: 5 }), /^metrics\[0\]\.end: 5; allowed: no end/],
    [
      'BETWEEN upside down',
      metric({ direction: 'BETWEEN', start: 5, end: 4 }),
      /^metrics\[0\]\.start: 5; allowed: start <= end/,
    ],
    ['OUTSIDE with one', metric({ direction: 'OUTSIDE' }), /^metrics\[0\]\.end: missing; allowed/],
    ['RISING with start', metric({ direction: 'RISING' }), /^metrics\[0\]\.start: 1; allowed: no start/],
    [
      'CROSS_UP with end',
      metric({ direction: 'CROSS_UP', end: 3 }),
      /^metrics\[0\]\.end: 3; allowed: no end/,
    ],
    [
      'CROSS_DOWN with start',
      metric({ direction: 'CROSS_DOWN' }),
      /^metrics\[0\]\.start: 1; allowed: no start/,
    ],
    ['CONTRACT with start', metric({ direction: 'CONTRACT' }), /^metrics\[0\]\.start: 1; allowed: no start/],
    [
      'REJECT with a reference',
      metric({ direction: 'REJECT', start: undefined, reference: 'MACD' }),
      /^metrics\[0\]\.reference: "MACD"; allowed: no reference/,
    ],
    [
      'a threshold that is text',
      metric({ start: '50' }),
      /^metrics\[0\]\.start: "50"; allowed: a finite number$/,
    ],
    [
      'a band upside down',
      damaged((d) => (d.scoring.confidence.buy = [0.8, 0.6])),
      /^scoring\.confidence\.buy: \[0\.8,0\.6\]; allowed: .*min <= max$/,
    ],
    [
      'a band of one',
      damaged((d) => (d.scoring.confidence.sell = [0.8])),
      /^scoring\.confidence\.sell: \[0\.8\]; allowed/,
    ],
    [
      'two metrics of one code',
      damaged((d) => d.metrics.push({ ...METRIC })),
      /^metrics\[1\]\.code: "M"; allowed: every code once/,
    ],
    [
      '63 metrics',
      damaged((d) => (d.metrics = Array.from({ length: 63 }, (_, i) => ({ ...METRIC, code: `M${i}` })))),
      /^metrics: "63 metrics"; allowed: .*62/,
    ],
    ['no metric', damaged((d) => (d.metrics = [])), /^metrics: "0 metrics"; allowed/],
    [
      'metrics that are no list',
      damaged((d) => (d.metrics = { a: 1 })),
      /^metrics: \{"a":1\}; allowed: a list/,
    ],
    [
      'a metric that is no mapping',
      damaged((d) => (d.metrics = ['RSI14'])),
      /^metrics\[0\]: "RSI14"; allowed: a mapping/,
    ],
    [
      'strong tp below weak',
      damaged((d) => (d.risk.buy.strong.tp_pct = 0.24)),
      /^risk\.buy\.strong\.tp_pct: 0\.24; allowed: at least .*0\.25$/,
    ],
    [
      'strong sl below weak',
      damaged((d) => (d.risk.sell.strong.sl_pct = 0.1)),
      /^risk\.sell\.strong\.sl_pct: 0\.1; allowed: at least .*0\.2$/,
    ],
    [
      'strong shorter than weak',
      damaged((d) => (d.risk.sell.strong.lookahead = '359m')),
      /^risk\.sell\.strong\.lookahead: "359m"; allowed: at least .*6h$/,
    ],
    [
      'fewer bars than weak',
      damaged((d) =>
        Object.assign(d.risk.buy, {
          weak: { ...d.risk.buy.weak, lookahead: '3 BAR' },
          strong: { ...d.risk.buy.strong, lookahead: '2 BAR' },
        }),
      ),
      /^risk\.buy\.strong\.lookahead: "2 BAR"; allowed: at least/,
    ],
    [
      'two kinds on a side',
      damaged((d) => (d.risk.buy.strong.lookahead = '9 BAR')),
      /^risk\.buy\.strong\.lookahead: "9 BAR"; allowed: the same kind/,
    ],
    [
      'a lookahead of nothing',
      damaged((d) => (d.risk.buy.weak.lookahead = '0h')),
      /^risk\.buy\.weak\.lookahead: "0h"; allowed: Nm, Nh, Nd, Nw or N BAR/,
    ],
    [
      'a lookahead of months',
      damaged((d) => (d.risk.buy.weak.lookahead = '1M')),
      /^risk\.buy\.weak\.lookahead: "1M"; allowed/,
    ],
    [
      'a lookahead of halves',
      damaged((d) => (d.risk.buy.weak.lookahead = '1.5h')),
      /^risk\.buy\.weak\.lookahead: "1\.5h"; allowed/,
    ],
    [
      'a lookahead that is a number',
      damaged((d) => (d.risk.buy.weak.lookahead = 4)),
      /^risk\.buy\.weak\.lookahead: 4; allowed/,
    ],
    [
      'a target of 0',
      damaged((d) => (d.risk.buy.weak.tp_pct = 0)),
      /^risk\.buy\.weak\.tp_pct: 0; allowed: .*above 0/,
    ],
    ['a negative fee', damaged((d) => (d.risk.fee_bps = -1)), /^risk\.fee_bps: -1; allowed/],
    [
      'an unknown entry',
      damaged((d) => (d.risk.entry = 'open')),
      /^risk\.entry: "open"; allowed: one of next_open, close$/,
    ],
    [
      'a side without strong',
      damaged((d) => delete d.risk.sell.strong),
      /^risk\.sell\.strong: missing; allowed: a mapping/,
    ],
    [
      'a negative threshold',
      damaged((d) => (d.scoring.buy_threshold = -1)),
      /^scoring\.buy_threshold: -1; allowed/,
    ],
    [
      'a max_score of 0',
      damaged((d) => (d.scoring.max_score = 0)),
      /^scoring\.max_score: 0; allowed: null or/,
    ],
    [
      'an interval that is none',
      damaged((d) => (d.intervals = ['2h', '7m'])),
      /^intervals\[1\]: "7m"; allowed: one of 1m, 3m/,
    ],
    [
      'an interval twice',
      damaged((d) => (d.intervals = ['2h', '2h'])),
      /^intervals\[1\]: "2h"; allowed: every name once$/,
    ],
    [
      'a symbol that is none',
      damaged((d) => (d.symbols = ['BTC USDT'])),
      /^symbols\[0\]: "BTC USDT"; allowed: 1 to 64/,
    ],
    [
      'symbols that are no list',
      damaged((d) => (d.symbols = 'BTCUSDT')),
      /^symbols: "BTCUSDT"; allowed: a list/,
    ],
    ['a name with an @', damaged((d) => (d.strategy = 'a@1')), /^strategy: "a@1"; allowed/],
    ['no name', damaged((d) => delete d.strategy), /^strategy: missing; allowed/],
    ['a name that is a number', EXAMPLE.replace('strategy: btc-2h', 'strategy: 5'), /^strategy: 5; allowed/],
    [
      'NaN',
      EXAMPLE.replace('start: 50', 'start: .nan'),
      /^metrics\[1\]\.start: NaN; allowed: a finite number$/,
    ],
    ['infinity', EXAMPLE.replace('weight: 1.3', 'weight: .inf'), /^metrics\[0\]\.weight: Infinity; allowed/],
    [
      'a number that overflows',
      EXAMPLE.replace('fee_bps: 10', 'fee_bps: 1e400'),
      /^risk\.fee_bps: Infinity; allowed/,
    ],
    ['a list for a document', '[1, 2]', /^document: \[1,2\]; allowed: a mapping with strategy/],
    ['nothing', '', /^document: null; allowed: a mapping/],
  ])('refuses %s', (_what, text, line) => {
    const lines = refusal(text);
    expect(lines.filter((found) => line.test(found))).toHaveLength(1);
    expect(lines).toHaveLength(1);
  });

  it.each([
    'TREND_UP',
    'TREND_DOWN',
    'MOMENTUM_POS',
    'MOMENTUM_NEG',
    'VOLATILITY_HIGH',
    'VOLATILITY_LOW',
    'EDGE_STRONG',
    'EDGE_WEAK',
    'ACTION_BUY',
    'ACTION_SELL',
    'SYMBOL_BTCUSDT',
    'INTERVAL_2h',
    'TREND_UP_2H',
    'ACTION_',
    'A;B',
    '',
    'x'.repeat(65),
  ])('refuses the metric code %j', (code) => {
    expect(refusal(metric({ code }))).toEqual([expect.stringMatching(/^metrics\[0\]\.code: .*mining/)]);
  });

  it.each(['BTC_SELL_TREND_DOWN_2H', 'TREND', 'MY_ACTION_BUY', 'action_buy'])(
    'takes the metric code %s',
    (code) => {
      expect(parseStrategy(metric({ code }), CODES).document.metrics[0]!.code).toBe(code);
    },
  );

  it('lists everything that is wrong at once', () => {
    const lines = refusal(
      damaged((d) => {
        d.colour = 'red';
        d.scoring.buy_threshold = 'two';
        d.risk.buy.strong.tp_pct = 0.1;
        d.risk.buy.strong.sl_pct = 0.1;
        Object.assign(d.metrics[0], { side: 'HOLD', direction: 'RISING', start: 1, end: 2, weight: 0 });
      }),
    );
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'colour',
      'scoring.buy_threshold',
      'risk.buy.strong.tp_pct',
      'risk.buy.strong.sl_pct',
      'metrics[0].side',
      'metrics[0].weight',
      'metrics[0].start',
      'metrics[0].end',
    ]);
  });

  it('names the strategy in the first line', () => {
    expect(() => parseStrategy(metric({ weight: 0 }), CODES)).toThrow(
      /^strategy 'btc-2h': refused, one problem:\n {2}metrics/,
    );
  });

  it.each<[string, string, RegExp]>([
    ['a key twice', `${EXAMPLE}\nstrategy: other\n`, /Map keys must be unique/],
    ['what is no YAML', 'a: [1, 2', /not one YAML document/],
    ['two documents', `${EXAMPLE}\n---\n${EXAMPLE}`, /not one YAML document/],
    ['a tag', 'strategy: !!js/function "x"', /not one YAML document/],
    [
      'a bomb of aliases',
      `a: &a [${'x,'.repeat(9)}x]\n${'bcdefg'
        .split('')
        .map((key, i) => `${key}: &${key} [${Array(10).fill(`*${'abcdef'[i]}`)}]`)
        .join('\n')}`,
      /not a usable YAML document/,
    ],
    ['a document of megabytes', `strategy: ${'x'.repeat(1 << 20)}`, /characters/],
  ])('refuses %s in one line', (_what, text, message) => {
    expect(() => parseStrategy(text, CODES)).toThrow(UserError);
    expect(() => parseStrategy(text, CODES)).toThrow(message);
    expect(() => parseStrategy(text, CODES)).not.toThrow(/\n/);
  });

  it('takes what SPEC 4 lets absent, and kline columns', () => {
    const take = (change: Record<string, unknown>) =>
      parseStrategy(metric({ start: undefined, ...change }), CODES).document;
    for (const direction of [
      'CROSS_UP',
      'CROSS_DOWN',
      'EXPAND',
      'CONTRACT',
      'TREND_UP',
      'FALLING',
      'REJECT',
      'RECLAIM',
    ])
      expect(take({ direction }).metrics[0]).toMatchObject({ direction, start: null, end: null });
    for (const direction of ['ABOVE', 'AT_LEAST', 'BELOW', 'AT_MOST', 'BETWEEN', 'OUTSIDE'])
      expect(take({ direction, reference: 'EMA200', indicator: 'CLOSE' }).metrics[0]).toMatchObject({
        direction,
      });
  });

  it('knows the codes of the catalog where none are given', () => {
    expect(() => parseStrategy(metric({ indicator: 'SUPERTREND_DIR' }))).not.toThrow();
    expect(() => parseStrategy(metric({ indicator: 'RSI7' }))).toThrow(/RSI7/);
  });
});

describe('warnings', () => {
  const warnings = (text: string) => parseStrategy(text, CODES).warnings;

  it('a target at or below the cost of a round trip', () => {
    const at = (tp: number) => warnings(damaged((d) => (d.risk.buy.weak.tp_pct = tp)));
    expect(at(0.25)).toEqual([]);
    expect(at(0.24)).toEqual([expect.stringMatching(/^risk\.buy\.weak\.tp_pct: 0\.24 .*0\.24 percent$/)]);
    expect(at(0.1)).toHaveLength(1);
  });

  it('a lookahead shorter than an interval that is listed', () => {
    const of = (intervals: string[]) => warnings(damaged((d) => (d.intervals = intervals)));
    expect(of(['1h', '4h'])).toEqual([]);
    expect(of(['6h'])).toHaveLength(2);
    expect(of(['8h', '1d'])[2]).toMatch(/^risk\.sell\.weak\.lookahead: 6h is shorter than 8h, 1d;/);
    const bars = { tp_pct: 1, sl_pct: 1, lookahead: '1 BAR' };
    expect(
      warnings(
        damaged((d) => {
          d.intervals = ['1w'];
          for (const side of ['buy', 'sell']) d.risk[side] = { weak: bars, strong: bars };
        }),
      ),
    ).toEqual([]);
  });

  it('a strategy that never acts', () => {
    expect(warnings(metric({ active: false }))).toEqual([expect.stringMatching(/never acts/)]);
    expect(warnings(metric({ side: 'FILTER' }))).toHaveLength(1);
  });
});

describe('content hash', () => {
  const hash = (text: string) => parseStrategy(text, CODES).contentHash;

  it('does not change with form: comments, order of keys, defaults written out, order of symbols', () => {
    const { document } = parseStrategy(EXAMPLE, CODES);
    expect(hash(EXAMPLE)).toMatch(/^[0-9a-f]{64}$/);
    expect(hash(EXAMPLE.replaceAll(/#.*/g, ''))).toBe(hash(EXAMPLE));
    expect(hash(EXAMPLE.replace(', active: true', ''))).toBe(hash(EXAMPLE));
    expect(hash(EXAMPLE.replace('2.0', '2').replace('1.0', '1e0'))).toBe(hash(EXAMPLE));
    expect(
      contentHash(JSON.parse(JSON.stringify(document, Object.keys(flatKeys(document)).sort().reverse()))),
    ).toBe(hash(EXAMPLE));
    const symbols = (list: string[]) => hash(damaged((d) => (d.symbols = list)));
    expect(symbols(['A', 'B'])).toBe(symbols(['B', 'A']));
  });

  it('changes with content', () => {
    const all = [
      EXAMPLE,
      EXAMPLE.replace('two-hour', '2h'),
      EXAMPLE.replace('weight: 1.3', 'weight: 1.31'),
      EXAMPLE.replace('active: true', 'active: false'),
      EXAMPLE.replace('max_score: 5', 'max_score: null'),
      EXAMPLE.replace('lookahead: 10h', 'lookahead: 600m'),
      damaged(() => {}),
      damaged((d) => d.metrics.push({ ...METRIC, code: 'N' })),
      damaged((d) => d.metrics.unshift({ ...METRIC, code: 'N' })),
    ].map(hash);
    expect(new Set(all).size).toBe(all.length);
  });

  /** Every key that occurs anywhere, so that JSON.stringify writes them in the order it is given. */
  function flatKeys(value: unknown, into: Record<string, true> = {}): Record<string, true> {
    if (typeof value !== 'object' || value === null) return into;
    for (const [key, part] of Object.entries(value)) {
      into[key] = true;
      flatKeys(part, into);
    }
    return into;
  }
});

describe('formatStrategy', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 });
  const names = fc.uniqueArray(fc.constantFrom('BTCUSDT', 'NO', 'null', '1e5', '0x10', 'true', '~'), {
    maxLength: 3,
  });

  it('writes what parses back to the same document and hash', () => {
    fc.assert(
      fc.property(
        text,
        text,
        text,
        names,
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        (description, name, about, symbols, n) => {
          const base = plain() as StrategyDocument;
          const document = parseStrategy(
            JSON.stringify({
              ...base,
              description,
              symbols,
              scoring: { ...base.scoring, max_score: null, confidence: { buy: null, sell: [n, n] } },
              metrics: [
                { ...METRIC, name, description: about, weight: n, window: '3 BAR', active: false },
              ] as unknown as MetricDocument[],
            }),
            CODES,
          );
          const again = parseStrategy(formatStrategy(document.document), CODES);
          expect(again.document).toEqual(document.document);
          expect(again.contentHash).toBe(document.contentHash);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('shipped strategies', () => {
  const shipped = (name: string) => {
    const parsed = parseStrategy(
      readFileSync(new URL(`../../warehouse/seed/strategies/${name}.yaml`, import.meta.url), 'utf8'),
    );
    expect(parseStrategy(formatStrategy(parsed.document)).contentHash).toBe(parsed.contentHash);
    return parsed;
  };

  it('btc-2h is the published rule set', () => {
    const { document, warnings } = shipped('btc-2h');
    expect(warnings).toEqual([]);
    expect({ ...document, metrics: [] }).toEqual({ ...parseStrategy(EXAMPLE, CODES).document, metrics: [] });
    // The table of SPEC 10: code | side, group | indicator, reference | direction | start, end | weight
    const table = `
      BTC_ADX_STRONG_2H | BUY, TREND | ADX14 | AT_LEAST | 20 | 1
      BTC_BUY_MACD_BULL_2H | BUY, MOMENTUM | MACD, MACD_SIGNAL | CROSS_UP | | 1.3
      BTC_BUY_RSI_BULL_2H | BUY, MOMENTUM | RSI14 | ABOVE | 50 | 1
      BTC_BUY_VOL_OK_2H | BUY, VOLATILITY | BB_WIDTH20 | ABOVE | 0.03 | 0.8
      BTC_SELL_TREND_DOWN_2H | SELL, TREND | EMA200 | TREND_DOWN | | 1.2
      BTC_SELL_ADX_WEAK_2H | SELL, TREND | ADX14 | BELOW | , 20 | 1
      BTC_SELL_MACD_BEAR_2H | SELL, MOMENTUM | MACD, MACD_SIGNAL | CROSS_DOWN | | 1.3
      BTC_SELL_MACD_HIST_DOWN_2H | SELL, MOMENTUM | MACD_HIST | TREND_DOWN | | 1.2
      BTC_SELL_RSI_BEAR_2H | SELL, MOMENTUM | RSI14 | BELOW | , 45 | 1
      BTC_SELL_FAIL_BB_UP_2H | SELL, VOLATILITY | BB_UPPER20 | REJECT | | 0.9`;
    const rows = document.metrics.map(
      ({ code, side, group, indicator, reference, direction, start, end, weight }) =>
        [
          code,
          `${side}, ${group}`,
          reference === null ? indicator : `${indicator}, ${reference}`,
          direction,
          end === null ? `${start ?? ''}` : `${start ?? ''}, ${end}`,
          weight,
        ].join('|'),
    );
    expect(rows).toEqual(
      table
        .trim()
        .split('\n')
        .map((line) =>
          line
            .split('|')
            .map((cell) => cell.trim())
            .join('|'),
        ),
    );
    expect(
      document.metrics.every(({ window, active }) => active && window?.size === 2 && window.unit === 'HOUR'),
    ).toBe(true);
  });

  it('trend-momentum is what SPEC 10 says of it', () => {
    const { document, warnings } = shipped('trend-momentum');
    expect(warnings).toEqual([]);
    expect(document.symbols).toEqual([]);
    expect(document.intervals).toEqual(['15m', '30m', '1h', '2h', '4h']);
    expect(document.metrics.length).toBeGreaterThanOrEqual(12);
    for (const side of ['BUY', 'SELL'])
      expect(new Set(document.metrics.filter((m) => m.side === side).map((m) => m.group)).size).toBe(4);
    expect(document.metrics.filter((m) => m.side === 'FILTER')).toHaveLength(1);
    const { buy, sell } = document.risk;
    for (const tier of [buy.weak, buy.strong, sell.weak, sell.strong])
      expect(tier.lookahead).toMatch(/^\d+ BAR$/);
  });
});
