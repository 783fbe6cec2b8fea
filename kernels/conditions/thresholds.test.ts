import { describe, expect, it } from 'vitest';
import { CONDITIONS } from './catalog.js';
import { DIRECTIONS, type Direction } from './condition.js';
import { resolveThresholds } from './thresholds.js';
import { windowBars } from './window-bars.js';

const resolve = (direction: Direction, hasReference: boolean, start: number | null, end: number | null) =>
  resolveThresholds(CONDITIONS.get(direction)!, hasReference, start, end);

describe('thresholds (SPEC 4)', () => {
  /** Which thresholds a direction uses, from the paragraph below the table. */
  const uses: Record<Direction, string> = {
    ABOVE: 'start',
    AT_LEAST: 'start',
    BELOW: 'end',
    AT_MOST: 'end',
    BETWEEN: 'start end',
    OUTSIDE: 'start end',
    TREND_UP: '',
    TREND_DOWN: '',
    RISING: '',
    FALLING: '',
    CROSS_UP: 'start',
    CROSS_DOWN: 'end',
    REJECT: '',
    RECLAIM: '',
    EXPAND: 'start',
    CONTRACT: 'end',
  };
  const optional = ['CROSS_UP', 'CROSS_DOWN', 'EXPAND', 'CONTRACT'];

  it.each(DIRECTIONS)('%s: a threshold that is used is taken, one that is not is refused', (direction) => {
    const used = uses[direction].split(' ');
    const given = (field: string, value: number) => (used.includes(field) ? value : null);
    const resolved = resolve(direction, false, given('start', 5), given('end', 7));
    if (used.includes('start')) expect(resolved).toMatchObject({ start: 5 });
    if (used.includes('end')) expect(resolved).toMatchObject({ end: 7 });
    expect(resolved).not.toHaveProperty('error');
    for (const field of ['start', 'end'] as const) {
      if (used.includes(field)) continue;
      const wrong = resolve(
        direction,
        false,
        field === 'start' ? 5 : given('start', 5),
        field === 'end' ? 7 : given('end', 7),
      );
      expect(wrong).toMatchObject({
        field,
        error: `${direction} does not use ${field}; allowed: no ${field}`,
      });
    }
  });

  it.each(DIRECTIONS)('%s: an absent threshold is needed, or has its default', (direction) => {
    const used = uses[direction].split(' ')[0]!;
    const alone = resolve(direction, false, null, null);
    if (used === '' || optional.includes(direction)) expect(alone).not.toHaveProperty('error');
    else expect(alone).toMatchObject({ field: used, error: `${direction} needs ${used}; allowed: a number` });
  });

  it('with a reference an absent one is 0, for EXPAND and CONTRACT 1', () => {
    expect(resolve('ABOVE', true, null, null)).toEqual({ start: 0, end: 0 });
    expect(resolve('BETWEEN', true, -1, null)).toEqual({ start: -1, end: 0 });
    expect(resolve('EXPAND', true, null, null)).toMatchObject({ start: 1 });
    expect(resolve('CONTRACT', false, null, null)).toMatchObject({ end: 1 });
    expect(resolve('CROSS_DOWN', false, null, null)).toMatchObject({ end: 0 });
  });

  it('BETWEEN and OUTSIDE need start <= end, defaults included', () => {
    expect(resolve('BETWEEN', false, 3, 3)).toEqual({ start: 3, end: 3 });
    expect(resolve('OUTSIDE', false, 4, 3)).toMatchObject({
      field: 'start',
      error: 'OUTSIDE has start 4 above end 3; allowed: start <= end',
    });
    expect(resolve('BETWEEN', true, 1, null)).toMatchObject({ field: 'start' });
  });

  it('REJECT and RECLAIM refuse a reference; NaN is no threshold', () => {
    expect(resolve('REJECT', true, null, null)).toMatchObject({ field: 'reference' });
    expect(resolve('RECLAIM', true, null, null)).toMatchObject({ field: 'reference' });
    expect(resolve('ABOVE', false, Number.NaN, null)).toMatchObject({ field: 'start' });
  });
});

describe('windowBars (SPEC 4: ceil(window / duration), at least 1, default 1)', () => {
  const HOUR = 3_600_000;
  it.each([
    [null, HOUR, 1],
    [{ size: 7, unit: 'BAR' }, HOUR, 7],
    [{ size: 2, unit: 'HOUR' }, 2 * HOUR, 1],
    [{ size: 2, unit: 'HOUR' }, 4 * HOUR, 1],
    [{ size: 3, unit: 'HOUR' }, 2 * HOUR, 2],
    [{ size: 90, unit: 'MINUTE' }, HOUR / 2, 3],
    [{ size: 1, unit: 'DAY' }, HOUR / 4, 96],
    [{ size: 8, unit: 'DAY' }, 7 * 24 * HOUR, 2],
  ] as const)('%o on %d ms is %d bars', (window, durationMs, bars) => {
    expect(windowBars(window, durationMs)).toBe(bars);
  });
});
