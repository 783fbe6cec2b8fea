import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from './context.js';
import { SHAPES, shapedKlines } from './shapes.js';

const ROWS = 3000;
const MINUTES_15 = 900_000;
const context = createContext(true);
afterAll(() => context.dispose());

const shaped = async (shape: (typeof SHAPES)[number], rows = ROWS) => {
  const { columns } = await shapedKlines(context, shape, rows);
  const [openTime, open, high, low, close, volume, closeTime] = columns as Float64Array[];
  return { openTime, open, high, low, close, volume, closeTime } as Record<string, Float64Array>;
};

/** How many of the rows from 1 on hold what is said of them and the row before. */
const share = (is: (t: number) => boolean): number =>
  Array.from({ length: ROWS - 1 }, (_, i) => is(i + 1)).filter(Boolean).length / (ROWS - 1);

describe('shapedKlines', () => {
  it.each(SHAPES)(
    '%s: bars that a load accepts (SPEC 2), as many as asked for, the same every time',
    async (shape) => {
      const bars = await shaped(shape);
      expect(await shaped(shape)).toEqual(bars);
      const { openTime, open, high, low, close, volume, closeTime } = bars;
      expect(close!.length).toBe(ROWS);
      for (let t = 0; t < ROWS; t++) {
        expect(low![t]).toBeGreaterThan(0);
        expect(low![t]).toBeLessThanOrEqual(Math.min(open![t]!, close![t]!));
        expect(high![t]).toBeGreaterThanOrEqual(Math.max(open![t]!, close![t]!));
        expect(volume![t]).toBeGreaterThanOrEqual(0);
        expect(openTime![t]! % MINUTES_15).toBe(0);
        expect(closeTime![t]! - openTime![t]!).toBeLessThan(MINUTES_15);
        if (t > 0) expect(openTime![t]).toBeGreaterThan(openTime![t - 1]!);
      }
    },
  );

  it('trend: every price is above the one before', async () => {
    const { open, high, low, close } = await shaped('trend');
    for (const column of [open, high, low, close])
      expect(share((t) => column![t]! > column![t - 1]!)).toBe(1);
  });

  it('chop: every move turns', async () => {
    const { close } = await shaped('chop');
    expect(
      share((t) => t === 1 || (close![t]! - close![t - 1]!) * (close![t - 1]! - close![t - 2]!) < 0),
    ).toBe(1);
  });

  it('flat: one bar of some 200 moves, the others have one price', async () => {
    const { open, high, low, close } = await shaped('flat');
    const still = share((t) => high![t] === low![t] && open![t] === close![t]);
    expect(still).toBeGreaterThan(0.98);
    expect(still).toBeLessThan(1);
  });

  it('gaps: bars are missing in some 500, and nowhere else', async () => {
    const { openTime } = await shaped('gaps');
    const gaps = share((t) => openTime![t]! - openTime![t - 1]! > MINUTES_15);
    expect(gaps).toBeGreaterThan(1 / 1000);
    expect(gaps).toBeLessThan(1 / 250);
    const walk = await shaped('walk');
    expect(share((t) => walk.openTime![t]! - walk.openTime![t - 1]! === MINUTES_15)).toBe(1);
  });
});
