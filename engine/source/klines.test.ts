import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openFile } from './file.js';
import { readKlines } from './klines.js';

const FOLDER = fileURLToPath(new URL('../../test/data/columnar', import.meta.url));
const HOUR = 3_600_000;
const MINUTE = 60_000;
/** 2024-01-01T00:00Z */
const T0 = 1_704_067_200_000;

/** Row `i` by make.py's formulas. */
function expected(i: number, step: number): (number | null)[] {
  const open = 100 + (i % 7) * 0.25;
  const part = i % 5;
  return [
    T0 + i * step,
    open,
    open + 2,
    open - 2,
    100 + ((i + 1) % 7) * 0.25,
    part * 0.5,
    T0 + (i + 1) * step - 1,
    part * 50.5,
    i % 11,
    part * 0.25,
    part * 25.25,
  ];
}

async function rowsOf(name: string, durationMs: number): Promise<(number | null)[][]> {
  const rows: (number | null)[][] = [];
  const rules = { durationMs, gridOffset: 0, now: T0 + 1e11 };
  for await (const chunk of readKlines(openFile(join(FOLDER, name)), rules)) {
    expect(chunk.rejects).toEqual([]);
    for (let row = 0; row < chunk.rows; row++) {
      expect(chunk.lines[row]).toBe(rows.length + 1);
      rows.push(chunk.columns.map((column) => (Number.isNaN(column[row]) ? null : column[row]!)));
    }
  }
  return rows;
}

// Files that pandas 3.0, pyarrow 26 and so freqtrade write (test/data/columnar/make.py).
describe('files of other programs', () => {
  const names = readdirSync(FOLDER).filter((name) => !name.endsWith('.py'));

  it.each(names.filter((name) => name.includes('-1h-')))('%s', async (name) => {
    const rows = await rowsOf(name, HOUR);
    expect(rows).toEqual(Array.from({ length: 200 }, (_, i) => expected(i, HOUR)));
  });

  it("freqtrade's feather: LZ4 over several linked blocks, close_time from the interval, the rest unknown", async () => {
    const rows = await rowsOf('FREQ_BTC_USDT-1m-futures.feather', MINUTE);
    expect(rows).toEqual(
      Array.from({ length: 9000 }, (_, i) => [...expected(i, MINUTE).slice(0, 7), null, null, null, null]),
    );
  });
});
