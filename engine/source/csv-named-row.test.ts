import { describe, expect, it } from 'vitest';
import { UserError } from '../errors.js';
import { parseColumnMap } from './column-names.js';
import { type CsvOptions, readCsv } from './csv.js';

const HOUR = 3_600_000;
/** 2024-01-01T00:00Z */
const T0 = 1_704_067_200_000;
const RULES: CsvOptions = { name: 'a.csv', durationMs: HOUR, gridOffset: 0, now: T0 + 1000 * HOUR };

async function parse(text: string, map?: string) {
  const rows: (number | null)[][] = [];
  const rejects: [number, string, string][] = [];
  const options = map === undefined ? RULES : { ...RULES, map: parseColumnMap(map) };
  const bytes = (async function* () {
    yield Buffer.from(text);
  })();
  for await (const chunk of readCsv(bytes, options)) {
    for (let row = 0; row < chunk.rows; row++)
      rows.push(chunk.columns.map((column) => (Number.isNaN(column[row]) ? null : column[row]!)));
    for (const { line, reason, raw } of chunk.rejects) rejects.push([line, reason, raw]);
  }
  return { rows, rejects };
}

const bar = [T0, 100, 110, 90, 105, 12.5, T0 + HOUR - 1];
const unknown = [null, null, null, null];

describe('a header that names another order', () => {
  it('is believed, quotes, blanks and microseconds as ever', async () => {
    const text = `\ufefflow,"high" , open,close,volume,Open time\r\n90,110,100,105,"12.5", ${T0}000 \r\n`;
    expect(await parse(text)).toEqual({ rows: [[...bar, ...unknown]], rejects: [] });
  });

  it('columns that nobody asked for hold anything, also beyond twelve', async () => {
    const text = `symbol,open_time,open,high,low,close,volume,close_time,count,a,b,c,d,e\nBTC,${T0},100,110,90,105,12.5,${T0 + HOUR - 1},,x,y,z,"1,2",\n`;
    expect(await parse(text)).toEqual({ rows: [[...bar, ...unknown]], rejects: [] });
  });

  it('a row with another number of fields, or a bad one, is rejected', async () => {
    const rows = [
      `${T0},100,110,90,105`,
      `${T0},100,110,90,105,1,2`,
      `${T0},,110,90,105,1`,
      `${T0},x,110,90,105,1`,
      `${T0}.5,1,1,1,1,1`,
    ];
    const { rows: kept, rejects } = await parse(
      `date,open,high,low,close,volume\n${rows.join('\n')}\n\n${T0},100,110,90,105,12.5`,
    );
    expect(rejects).toEqual(rows.map((raw, i) => [i + 2, 'PARSE', raw]));
    expect(kept).toEqual([[...bar, ...unknown]]);
  });

  it('names that say nothing change nothing: the order is the usual one', async () => {
    expect((await parse(`a,b,c,d,e,f,g\n${bar.join(',')}\n`)).rows).toEqual([[...bar, ...unknown]]);
  });
});

describe('--map', () => {
  it('names the columns of a header', async () => {
    const text = `t,o,h,l,c,v\n${bar.slice(0, 6).join(',')}\n`;
    const map = 'open_time=t,open=o,high=h,low=l,close=c,volume=v';
    expect((await parse(text, map)).rows).toEqual([[...bar, ...unknown]]);
    await expect(parse(text, 'open_time=t')).rejects.toThrow(/no column for open, high, low, close, volume/);
  });

  it('needs a header', async () => {
    await expect(parse(`${bar.join(',')}\n`, 'open=o')).rejects.toThrow(UserError);
    await expect(parse(`${bar.join(',')}\n`, 'open=o')).rejects.toThrow(/has no header/);
  });
});
