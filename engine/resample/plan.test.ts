import { describe, expect, it } from 'vitest';
import { RESAMPLE_VERSION } from '../../kernels/index.js';
import type { KlineChange, ResampleHead } from '../../warehouse/index.js';
import { planResample, type ResamplePlanInput } from './plan.js';

const MINUTE = 60_000;
const at = (text: string): number => Date.parse(text);
const BTC = { symbol: 'BTCUSDT', interval: '15m' };
// Tuesday 2024-01-02 10:00 to Wednesday 2024-01-03 12:00.
const source = {
  ...BTC,
  rows: 104,
  firstCloseTime: at('2024-01-02T10:15Z') - 1,
  lastCloseTime: at('2024-01-03T12:00Z') - 1,
};
const change = (seq: number, from: string, to: string, over: Partial<KlineChange> = {}): KlineChange => ({
  ...BTC,
  seq,
  runId: 1,
  fromTime: at(from) + 15 * MINUTE - 1,
  toTime: at(to) + 15 * MINUTE - 1,
  added: 1,
  revised: 0,
  ...over,
});
const head = (over: Partial<ResampleHead> = {}): ResampleHead => ({
  symbol: 'BTCUSDT',
  interval: '1h',
  source: '15m',
  seq: 5,
  partialSeq: 0,
  version: RESAMPLE_VERSION,
  runId: 1,
  ...over,
});
const plan = (over: Partial<ResamplePlanInput> = {}, target = '1h') =>
  planResample({
    wanted: [{ symbol: 'BTCUSDT', source: '15m', target }],
    partitions: [source],
    changes: [],
    heads: [head({ interval: target })],
    gaps: [],
    now: at('2030-01-01T00:00Z'),
    partial: false,
    revise: false,
    ...over,
  }).map(({ ranges, reason }) => ({
    reason,
    ranges: ranges.map(({ from, to }) => [new Date(from), new Date(to)].map((date) => date.toISOString())),
  }));
const whole = [['2024-01-02T10:00:00.000Z', '2024-01-03T12:00:00.000Z']];

describe('planResample', () => {
  it('takes everything when there is no head, on request, and for another version', () => {
    expect(plan({ heads: [] })).toEqual([{ reason: 'never resampled', ranges: whole }]);
    expect(plan({ heads: [head({ source: '5m' })] })).toEqual([{ reason: 'never resampled', ranges: whole }]);
    expect(plan({ revise: true })).toEqual([{ reason: 'asked to revise', ranges: whole }]);
    expect(plan({ heads: [head({ version: RESAMPLE_VERSION + 1 })] })[0]!.reason).toBe('resampling version');
  });

  it('takes weeks from Monday on', () => {
    expect(plan({ heads: [] }, '1w')[0]!.ranges).toEqual([
      ['2024-01-01T00:00:00.000Z', '2024-01-08T00:00:00.000Z'],
    ]);
  });

  it('takes nothing when all changes were seen, or are of other partitions', () => {
    const others = [
      change(5, '2024-01-02T10:00Z', '2024-01-02T11:00Z'),
      change(6, '2024-01-02T10:00Z', '2024-01-02T11:00Z', { symbol: 'ETHUSDT' }),
      change(7, '2024-01-02T10:00Z', '2024-01-02T11:00Z', { interval: '1h' }),
    ];
    expect(plan({ changes: others })).toEqual([]);
    expect(plan({ partitions: [{ ...source, rows: 0 }], heads: [] })).toEqual([]);
    expect(plan({ partitions: [{ ...source, symbol: 'ETHUSDT' }], heads: [] })).toEqual([]);
  });

  it('takes whole buckets of what changed, merged and clipped to what is loaded', () => {
    const changes = [
      change(6, '2024-01-02T20:45Z', '2024-01-02T21:00Z'),
      change(7, '2024-01-02T15:15Z', '2024-01-02T15:15Z'),
      change(8, '2024-01-02T22:00Z', '2024-01-02T22:00Z'),
      change(9, '2020-01-01T00:00Z', '2024-01-02T10:00Z'),
      change(10, '2019-01-01T00:00Z', '2019-01-02T00:00Z'),
    ];
    const ranges = [
      ['2024-01-02T10:00:00.000Z', '2024-01-02T11:00:00.000Z'],
      ['2024-01-02T15:00:00.000Z', '2024-01-02T16:00:00.000Z'],
      ['2024-01-02T20:00:00.000Z', '2024-01-02T23:00:00.000Z'],
    ];
    expect(plan({ changes })).toEqual([{ reason: 'new bars', ranges }]);
    expect(plan({ changes: [change(10, '2019-01-01T00:00Z', '2019-01-02T00:00Z')] })).toEqual([]);
    const revised = [...changes, change(11, '2024-01-02T20:45Z', '2024-01-02T20:45Z', { revised: 1 })];
    expect(plan({ changes: revised })).toEqual([{ reason: 'revised bars', ranges }]);
  });

  it('asked for partial buckets, goes back to where it last was', () => {
    const changes = [
      change(4, '2024-01-02T11:00Z', '2024-01-02T11:30Z'),
      change(5, '2024-01-02T15:00Z', '2024-01-02T15:30Z'),
    ];
    const heads = [head({ partialSeq: 4 })];
    expect(plan({ changes, heads })).toEqual([]);
    expect(plan({ changes, heads, partial: true })).toEqual([
      { reason: 'partial buckets', ranges: [['2024-01-02T15:00:00.000Z', '2024-01-02T16:00:00.000Z']] },
    ]);
  });

  it('a bucket that has closed since, and has no bar, when partial ones are wanted', () => {
    // The source ends at 12:00 on the 3rd: the day is open until midnight.
    const seen = { heads: [head({ interval: '1d', partialSeq: 5 })], partial: true };
    const day = { symbol: 'BTCUSDT', interval: '1d', rows: 1, firstCloseTime: 0 };
    const last = [['2024-01-03T00:00:00.000Z', '2024-01-04T00:00:00.000Z']];
    const until = (closeTime: string) => ({
      partitions: [source, { ...day, lastCloseTime: at(closeTime) - 1 }],
    });
    const closed = [{ reason: 'a bucket that has closed', ranges: last }];
    expect(plan({ ...seen, ...until('2024-01-03T00:00Z') }, '1d')).toEqual(closed);
    expect(plan({ ...seen, now: at('2024-01-04T00:00Z') - 1 }, '1d')).toEqual([]);
    expect(plan({ ...seen, partial: false }, '1d')).toEqual([]);
    expect(plan({ ...seen, ...until('2024-01-04T00:00Z') }, '1d')).toEqual([]);
    expect(plan({ ...seen, ...until('2024-01-09T00:00Z') }, '1d')).toEqual([]);
    const gap = {
      symbol: 'BTCUSDT',
      interval: '1d',
      from_time: at('2024-01-03'),
      to_time: at('2024-01-05'),
      missing: 2,
    };
    expect(plan({ ...seen, ...until('2024-01-09T00:00Z'), gaps: [gap] }, '1d')).toEqual(closed);
    // With what else is stale.
    const changes = [change(6, '2024-01-02T11:00Z', '2024-01-02T11:00Z')];
    expect(plan({ ...seen, ...until('2024-01-03T00:00Z'), changes }, '1d')[0]!.ranges).toEqual([
      ['2024-01-02T00:00:00.000Z', '2024-01-04T00:00:00.000Z'],
    ]);
  });
});
