import { describe, expect, it } from 'vitest';
import { UserError } from '../errors.js';
import { areSpecOrder, findSlots, parseColumnMap, recogniseSlots } from './column-names.js';

const SPEC = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('names of others', () => {
  it.each<[string, string, number[]]>([
    [
      "the exchange's dumps",
      'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore',
      SPEC,
    ],
    [
      "the exchange's REST document, as its users name it",
      'Open time,Open,High,Low,Close,Volume,Close time,Quote asset volume,Number of trades,Taker buy base asset volume,Taker buy quote asset volume,Ignore',
      SPEC,
    ],
    [
      "klinemill's own export",
      'symbol,interval,open_time,open,high,low,close,volume,close_time,quote_volume,trade_count,taker_buy_base,taker_buy_quote',
      SPEC.map((slot) => slot + 2),
    ],
    ["freqtrade's feather", 'date,open,high,low,close,volume', [0, 1, 2, 3, 4, 5, -1, -1, -1, -1, -1]],
    [
      "pandas' index without a name",
      'open,high,low,close,volume,__index_level_0__',
      [5, 0, 1, 2, 3, 4, -1, -1, -1, -1, -1],
    ],
    [
      'an index beside a time',
      'timestamp,Open,High,Low,Close,Volume,__index_level_0__',
      [0, 1, 2, 3, 4, 5, -1, -1, -1, -1, -1],
    ],
    [
      'a date beside a timestamp',
      'date,timestamp,open,high,low,close,volume',
      [1, 2, 3, 4, 5, 6, -1, -1, -1, -1, -1],
    ],
  ])('%s', (_, header, slots) => {
    expect(findSlots('a', header.split(','))).toEqual(slots);
  });

  it('what is missing is named, with what is there', () => {
    expect(() => findSlots('a.parquet', ['time', 'open', 'high', 'c'])).toThrow(
      /'a.parquet' has no column for low, close, volume; it has "time", "open", "high", "c" \(name them by --map low=COLUMN/,
    );
    expect(recogniseSlots('a', ['a', 'b'])).toBe(null);
  });

  it('two columns of one name are refused', () => {
    expect(() => findSlots('a', ['open_time', 'open', 'Open', 'high', 'low', 'close', 'volume'])).toThrow(
      /'open' and 'Open'/,
    );
  });

  it('a map comes before the names, and takes its column from others', () => {
    const map = parseColumnMap('open_time=t, open=o,volume=amount,close=open');
    expect(findSlots('a', ['t', 'o', 'high', 'low', 'open', 'volume', 'amount'], map).slice(0, 7)).toEqual([
      0, 1, 2, 3, 4, 6, -1,
    ]);
    expect(() => findSlots('a', ['T', 'o'], map)).toThrow(/no column 't'; it has "T", "o"/);
  });

  it.each([
    ['open', /is not NAME=COLUMN/],
    ['open=', /is not NAME=COLUMN/],
    ['price=p', /'price' is not one of open_time, open, high/],
    ['open=a,open=b', /given twice/],
  ])('--map %s is refused', (text, message) => {
    expect(() => parseColumnMap(text)).toThrow(UserError);
    expect(() => parseColumnMap(text)).toThrow(message);
  });

  it('a header may leave names open, but not move them', () => {
    const order = (header: string): boolean => {
      const names = header.split(',');
      return areSpecOrder(findSlots('a', names), names.length);
    };
    expect(order('time,open,high,low,close,volume,t')).toBe(true);
    expect(order('time,open,high,low,close,volume,t,x,y')).toBe(true);
    expect(order('time,open,high,low,close,volume')).toBe(false);
    expect(order('time,open,high,low,close,volume,trades')).toBe(false);
    expect(order('time,high,open,low,close,volume,t')).toBe(false);
  });
});
