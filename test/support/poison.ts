import fc from 'fast-check';
import type { DeadReason } from '../../engine/index.js';

/** A message that must not be taken in. */
export interface Poison {
  readonly key: string | null;
  readonly value: string | Buffer | null;
  readonly reason: DeadReason;
}

const HOUR = 3_600_000;
const OPEN = Date.UTC(2024, 0, 1);
const KEY = 'POISON|1h';
const GOOD = {
  v: 1,
  open_time: OPEN,
  open: 10,
  high: 12,
  low: 9,
  close: 11,
  volume: 5,
  close_time: OPEN + HOUR - 1,
  quote_volume: 55,
  trade_count: 7,
  taker_buy_base: null,
  taker_buy_quote: 2,
};

const of = (reason: DeadReason, change: object, key = KEY): Poison => ({
  key,
  value: JSON.stringify({ ...GOOD, ...change }),
  reason,
});
const raw = (reason: DeadReason, value: Poison['value'], key: string | null = KEY): Poison => ({
  key,
  value,
  reason,
});
const without = (field: keyof typeof GOOD): Poison => {
  const { [field]: _, ...rest } = GOOD;
  return raw('SCHEMA', JSON.stringify(rest));
};

/** One a rule. What is right of them SPEC 2 says, and the message's schema. */
const RULES: readonly Poison[] = [
  raw('EMPTY', null),
  raw('EMPTY', ''),
  raw('JSON', 'not json'),
  raw('JSON', '{"v":1,'),
  raw('JSON', JSON.stringify({ ...GOOD, open: 'x' }).replace('"x"', 'NaN')),
  raw('JSON', '\u0000\u0001'),
  raw('SCHEMA', 'null'),
  raw('SCHEMA', '[]'),
  raw('SCHEMA', '"text"'),
  raw('SCHEMA', '{}'),
  raw('SCHEMA', `{"__proto__":{"v":1},${JSON.stringify(GOOD).slice(1)}`),
  raw('SCHEMA', `{"constructor":{},${JSON.stringify(GOOD).slice(1)}`),
  raw('SCHEMA', JSON.stringify({ ...GOOD, open: 1 }).replace('"open":1', '"open":1e999')),
  raw('SIZE', `{"pad":"${'x'.repeat(300_000)}"}`),
  of('VERSION', { v: 2 }),
  of('VERSION', { v: '1' }),
  of('SCHEMA', { open: '10' }),
  of('SCHEMA', { open: null }),
  of('SCHEMA', { volume: true }),
  of('SCHEMA', { trade_count: 1.5 }),
  of('SCHEMA', { open_time: OPEN + 0.5 }),
  of('SCHEMA', { surplus: 1 }),
  without('v'),
  without('close'),
  without('taker_buy_quote'),
  of('PRICE', { low: 0 }),
  of('PRICE', { open: -10 }),
  of('RANGE', { low: 11.5 }),
  of('RANGE', { high: 10.5 }),
  of('VOLUME', { volume: -1 }),
  of('GRID', { open_time: OPEN + 1, close_time: OPEN + HOUR }),
  of('CLOSE_TIME', { close_time: OPEN + HOUR }),
  of('CLOSE_TIME', { close_time: OPEN - 1 }),
  of('OPEN_BAR', { open_time: OPEN + 30_000 * HOUR, close_time: OPEN + 30_001 * HOUR - 1 }),
  of('KEY', {}, 'POISON'),
  of('KEY', {}, 'POISON|7m'),
  of('KEY', {}, '|1h'),
  of('KEY', {}, 'A B|1h'),
  of('KEY', {}, 'A|B|1h'),
  of('KEY', {}, 'A;B|1h'),
  of('KEY', {}, `${'x'.repeat(100)}|1h`),
  raw('KEY', JSON.stringify(GOOD), null),
];

/** Anything that JSON knows but a number. */
const noNumber = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.integer(), { maxKeys: 3 }),
);
const text = JSON.stringify(GOOD);
const fields = fc.constantFrom(
  ...(Object.keys(GOOD) as (keyof typeof GOOD)[]).filter((name) => name !== 'v'),
);
const prices = fc.constantFrom('open', 'high', 'low', 'close');

/** Messages that break one rule each, in as many ways as there are. */
const DAMAGED: fc.Arbitrary<Poison> = fc.oneof(
  fc.integer({ min: 1, max: text.length - 1 }).map((end) => raw('JSON', text.slice(0, end))),
  // 0xff is in no UTF-8 text, and what stands for it then in no JSON.
  fc.uint8Array({ maxLength: 300 }).map((bytes) => raw('JSON', Buffer.of(0xff, ...bytes))),
  fc.integer({ min: 65_537, max: 400_000 }).map((size) => raw('SIZE', ' '.repeat(size))),
  fc.tuple(fields, noNumber).map(([field, value]) => of('SCHEMA', { [field]: value })),
  fc
    .tuple(fc.string({ minLength: 1 }), fc.jsonValue())
    .filter(([name]) => !Object.hasOwn(GOOD, name))
    .map(([name, value]) =>
      raw('SCHEMA', `{${JSON.stringify(name)}:${JSON.stringify(value)},${text.slice(1)}`),
    ),
  fields.map(without),
  fc
    .jsonValue()
    .filter((value) => value !== 1)
    .map((v) => of('VERSION', { v })),
  fc
    .tuple(prices, fc.double({ max: 0, noNaN: true, noDefaultInfinity: true }))
    .map(([field, value]) => of('PRICE', { [field]: value })),
  fc
    .double({ min: Number.MIN_VALUE, max: 1e300, noNaN: true })
    .map((volume) => of('VOLUME', { volume: -volume })),
  fc
    .integer({ min: 1, max: HOUR - 1 })
    .map((off) => of('GRID', { open_time: OPEN + off, close_time: OPEN + off + HOUR - 1 })),
  fc
    .integer({ min: 30_000, max: 1_000_000 })
    .map((bars) =>
      of('OPEN_BAR', { open_time: OPEN + bars * HOUR, close_time: OPEN + (bars + 1) * HOUR - 1 }),
    ),
  // No interval stands behind its last bar.
  fc.string({ maxLength: 200 }).map((key) => of('KEY', {}, `${key}|x`)),
);

/** At least `count` bad messages: one a rule, then damaged ones. */
export function poison(count: number, seed = 77): Poison[] {
  const numRuns = Math.max(0, count - RULES.length);
  return [...RULES, ...(numRuns === 0 ? [] : fc.sample(DAMAGED, { numRuns, seed }))];
}
