import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NaiveMetric, type NaiveScoring, naivePrediction } from '../../test/reference/scoring.js';
import { FALSE, TRUE, UNKNOWN } from '../conditions/condition.js';
import { type MetricRule, type PredictionColumns, REASON, type ScoringRules } from './rules.js';
import { deriveMaxScore, Scorer } from './score.js';

function columns(rows: number): PredictionColumns {
  // Filled with rubbish: every column must be written.
  return {
    knownMask: new Uint32Array(2 * rows).fill(0xdeadbeef),
    firedMask: new Uint32Array(2 * rows).fill(0xdeadbeef),
    buyScore: new Float64Array(rows).fill(77),
    sellScore: new Float64Array(rows).fill(77),
    action: new Int8Array(rows).fill(7),
    reason: new Int16Array(rows).fill(77),
    isConflict: new Uint8Array(rows).fill(7),
    metricTrend: new Float64Array(rows).fill(77),
    metricMomentum: new Float64Array(rows).fill(77),
    metricVolatility: new Float64Array(rows).fill(77),
    metricVolume: new Float64Array(rows).fill(77),
  };
}

const bits = (mask: Uint32Array, row: number): number[] =>
  Array.from({ length: 64 }, (_, k) => k).filter((k) => (mask[2 * row + (k >> 5)]! >>> (k & 31)) & 1);

function reasonText(code: number): string | null {
  if (code === REASON.NONE) return null;
  if (code >= REASON.FILTER) return `FILTER:${code - REASON.FILTER}`;
  return Object.entries(REASON).find(([, value]) => value === code)![0];
}

function read(out: PredictionColumns, row: number) {
  return {
    known: bits(out.knownMask, row),
    fired: bits(out.firedMask, row),
    buyScore: out.buyScore[row],
    sellScore: out.sellScore[row],
    action: { [-1]: 'SELL', 0: 'SIDEWAY', 1: 'BUY' }[out.action[row]!],
    reason: reasonText(out.reason[row]!),
    isConflict: out.isConflict[row] === 1,
    groups: {
      TREND: out.metricTrend[row],
      MOMENTUM: out.metricMomentum[row],
      VOLATILITY: out.metricVolatility[row],
      VOLUME: out.metricVolume[row],
    },
  };
}

const metric = (
  position: number,
  side: MetricRule['side'],
  group: MetricRule['group'],
  weight: number,
): MetricRule => ({ position, side, group, weight });

/** Scores one bar; truth as text, one of `1 0 ?` a metric. */
function score(rules: ScoringRules, truth: string) {
  const out = columns(1);
  const value = { '1': TRUE, '0': FALSE, '?': UNKNOWN } as Record<string, number>;
  const one = [...truth].map((character) => Uint8Array.of(value[character]!));
  new Scorer(rules).bind(one, out)(0, 1);
  return read(out, 0);
}

/** The weights of the strategy published in SPEC 10, thresholds and bands too; a filter is added at the end. */
const published: ScoringRules = {
  metrics: [
    metric(0, 'BUY', 'TREND', 1.0),
    metric(1, 'BUY', 'MOMENTUM', 1.3),
    metric(2, 'BUY', 'MOMENTUM', 1.0),
    metric(3, 'BUY', 'VOLATILITY', 0.8),
    metric(4, 'SELL', 'TREND', 1.2),
    metric(5, 'SELL', 'TREND', 1.0),
    metric(6, 'SELL', 'MOMENTUM', 1.3),
    metric(7, 'SELL', 'MOMENTUM', 1.2),
    metric(8, 'SELL', 'MOMENTUM', 1.0),
    metric(9, 'SELL', 'VOLATILITY', 0.9),
    metric(40, 'FILTER', 'VOLUME', 5),
    metric(61, 'FILTER', 'VOLUME', 5),
  ],
  buyThreshold: 2,
  sellThreshold: 2,
  maxScore: 5,
  minEdge: 1,
  buyBand: [0.62, 0.8],
  sellBand: [0.55, 0.9],
};

describe('scoring by hand from SPEC 5', () => {
  it('1.3 + 1.0 + 0.8 meets 3.1, which the plain sum does not reach', () => {
    expect(1.3 + 1.0 + 0.8).toBeLessThan(3.1);
    expect(score({ ...published, buyThreshold: 3.1 }, '011100000000')).toMatchObject({
      action: 'BUY',
      reason: null,
      buyScore: 1.3 + 1.0 + 0.8,
    });
    const beyond = { ...published, buyThreshold: 3.1 + 2e-9 };
    expect(score(beyond, '011100000000')).toMatchObject({ action: 'SIDEWAY', reason: 'NO_SIGNAL' });
  });
  it('0.7 + 0.1 falls short of 0.8 and meets it as a threshold, as an edge and as a confidence', () => {
    expect(0.7 + 0.1).toBeLessThan(0.8);
    const rules: ScoringRules = {
      ...published,
      metrics: [metric(0, 'BUY', 'TREND', 0.7), metric(1, 'BUY', 'TREND', 0.1)],
      buyThreshold: 0.8,
      minEdge: 0.8,
      maxScore: 1,
      buyBand: [0.8, 0.9],
    };
    expect(score(rules, '11')).toMatchObject({ action: 'BUY', reason: null });
  });
  it('0.1 + 0.2 exceeds 0.3 and stays inside a band up to 0.3; 0.3 is no edge over it', () => {
    expect(0.1 + 0.2).toBeGreaterThan(0.3);
    const rules: ScoringRules = {
      ...published,
      metrics: [
        metric(0, 'BUY', 'TREND', 0.1),
        metric(1, 'BUY', 'TREND', 0.2),
        metric(2, 'SELL', 'TREND', 0.3),
      ],
      buyThreshold: 0.3,
      sellThreshold: 1,
      minEdge: 0,
      maxScore: 1,
      buyBand: [0, 0.3],
    };
    expect(score(rules, '110')).toMatchObject({ action: 'BUY', reason: null });
    expect(score(rules, '111')).toMatchObject({ action: 'SIDEWAY', reason: 'NO_SIGNAL' });
  });
  it('groups: SELL is negative, FILTER adds nothing', () => {
    expect(score(published, '110110000010')).toMatchObject({
      buyScore: 1.0 + 1.3 + 0.8,
      sellScore: 1.2,
      groups: { TREND: 1.0 - 1.2, MOMENTUM: 1.3, VOLATILITY: 0.8, VOLUME: 0 },
      fired: [0, 1, 3, 4, 40],
    });
  });
  it('takes the first safeguard that holds', () => {
    expect(score(published, '111000000010').reason).toBe('FILTER:40');
    expect(score(published, '111000000011').reason).toBe('FILTER:40');
    expect(score(published, '111000000001').reason).toBe('FILTER:61');
    expect(score(published, '11100000000?').reason).toBe('INCOMPLETE');
    expect(score(published, '111011000011')).toMatchObject({
      action: 'BUY',
      reason: 'CONFLICT',
      isConflict: true,
    });
    expect(score(published, '100000000011')).toMatchObject({ action: 'SIDEWAY', reason: 'NO_SIGNAL' });
    expect(score(published, '110000001100').reason).toBe('WEAK_EDGE');
    expect(score(published, '110000000000').reason).toBe('LOW_CONFIDENCE');
    expect(score(published, '111100000000').reason).toBe('OVER_CONFIDENCE');
    expect(score({ ...published, buyBand: null }, '111100000000').reason).toBe(null);
  });
  it('an incomplete bar still has its scores, action and conflict from the known metrics', () => {
    expect(score(published, '?11010100000')).toMatchObject({
      buyScore: 2.3,
      sellScore: 2.5,
      action: 'SELL',
      reason: 'INCOMPLETE',
      isConflict: true,
      known: [1, 2, 3, 4, 5, 6, 7, 8, 9, 40, 61],
    });
  });
  it('equal scores are SIDEWAY but a conflict comes first', () => {
    const even = { ...published, metrics: [metric(0, 'BUY', 'TREND', 2), metric(1, 'SELL', 'TREND', 2)] };
    expect(score(even, '11')).toMatchObject({ action: 'SIDEWAY', reason: 'CONFLICT' });
  });
  it('confidence is not clipped: a max_score below the weights gives more than 1', () => {
    const rules = { ...published, maxScore: 2, buyBand: [1.5, 2] as const };
    expect(score(rules, '111000000000').reason).toBe(null);
  });
  it('derives max_score from the heavier side, filters left out', () => {
    expect(deriveMaxScore(published.metrics)).toBe(1.2 + 1.0 + 1.3 + 1.2 + 1.0 + 0.9);
    expect(deriveMaxScore([])).toBe(0);
  });
});

const tenth = (max: number) => fc.integer({ min: 1, max }).map((value) => value / 10);
const band = fc.option(
  fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 })).map(([p, q]) => {
    return [Math.min(p, q) / 10, Math.max(p, q) / 10] as const;
  }),
  { nil: null },
);
const strategy: fc.Arbitrary<NaiveScoring> = fc.record({
  metrics: fc
    .uniqueArray(
      fc.record({
        position: fc.integer({ min: 0, max: 61 }),
        side: fc.constantFrom<NaiveMetric['side']>('BUY', 'BUY', 'SELL', 'SELL', 'FILTER'),
        group: fc.constantFrom<NaiveMetric['group']>('TREND', 'MOMENTUM', 'VOLATILITY', 'VOLUME'),
        weight: tenth(20),
      }),
      { selector: (rule) => rule.position, minLength: 1, maxLength: 10 },
    )
    .map((metrics) => metrics.sort((p, q) => p.position - q.position)),
  buyThreshold: tenth(30),
  sellThreshold: tenth(30),
  maxScore: tenth(80),
  minEdge: fc.integer({ min: 0, max: 15 }).map((value) => value / 10),
  buyBand: band,
  sellBand: band,
});

describe('scoring in general', () => {
  const truths = fc.array(
    fc.array(fc.constantFrom<boolean | null>(true, true, true, false, false, false, false, null), {
      minLength: 10,
      maxLength: 10,
    }),
    { minLength: 1, maxLength: 12 },
  );

  it('equals the naive twin at every row, and writes no row outside the range', () => {
    const reasons = new Set<string | null>();
    fc.assert(
      fc.property(strategy, truths, fc.nat(11), (rules, bars, from) => {
        const start = Math.min(from, bars.length - 1);
        const out = columns(bars.length + 1);
        const truth = rules.metrics.map((_, m) =>
          Uint8Array.from(bars, (bar) => (bar[m] === null ? UNKNOWN : bar[m] ? TRUE : FALSE)),
        );
        new Scorer(rules).bind(truth, out)(start, bars.length);
        for (let t = start; t < bars.length; t++) {
          const expected = naivePrediction(rules, bars[t]!.slice(0, rules.metrics.length));
          expect(read(out, t)).toEqual(expected);
          reasons.add(expected.reason?.split(':')[0] ?? null);
        }
        expect([out.action[bars.length], out.reason[bars.length], out.knownMask[2 * bars.length]]).toEqual([
          7, 77, 0xdeadbeef,
        ]);
      }),
      { numRuns: 3000 },
    );
    // The generator must visit every outcome, else the equality above says little.
    expect(reasons.size).toBe(8);
  });

  it('gives the same for many rows as for each alone (more rows than a block)', () => {
    const rows = 1300;
    const truth = published.metrics.map((_, m) =>
      Uint8Array.from({ length: rows }, (__, t) => ((t * (m + 3)) >> 2) % (t % 50 === 0 ? 3 : 2)),
    );
    const whole = columns(rows);
    const scorer = new Scorer(published);
    scorer.bind(truth, whole)(0, rows);
    const single = columns(rows);
    const scoreSingle = scorer.bind(truth, single);
    for (let t = 0; t < rows; t++) scoreSingle(t, t + 1);
    expect(single).toEqual(whole);
    expect(new Set(whole.reason).size).toBeGreaterThan(4);
  });

  it('stays right with more metrics on a side than a table of sums holds', () => {
    const rules: ScoringRules = {
      ...published,
      metrics: Array.from({ length: 20 }, (_, m) =>
        metric(m + 20, m % 2 === 0 ? 'BUY' : 'SELL', 'TREND', (m + 1) / 10),
      ),
    };
    const rows = 30_000;
    // An odd factor visits every pattern of 20 bits once before it repeats.
    const pattern = (t: number): number => Math.imul(t, 0x9e3779b1) & 0xfffff;
    const truth = rules.metrics.map((_, m) =>
      Uint8Array.from({ length: rows }, (__, t) => (pattern(t) >> m) & 1),
    );
    const out = columns(rows);
    new Scorer(rules).bind(truth, out)(0, rows);
    const naive: NaiveScoring = rules;
    for (let t = 0; t < rows; t += 19) {
      const bar = rules.metrics.map((_, m) => ((pattern(t) >> m) & 1) === 1);
      expect(read(out, t)).toEqual(naivePrediction(naive, bar));
    }
  });
});
