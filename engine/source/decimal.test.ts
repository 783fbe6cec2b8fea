import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDecimal } from './decimal.js';

const parse = (text: string): number => {
  // Something that looks like more digits on both sides: the bounds are what counts.
  const bytes = Buffer.from(`9${text}9`);
  return parseDecimal(bytes, 1, bytes.length - 1);
};

const digits = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((list) => list.join(''));

const literal = fc
  .record({
    sign: fc.constantFrom('', '-', '+'),
    whole: digits(0, 25),
    fraction: fc.option(digits(0, 25), { nil: undefined }),
    padding: fc.constantFrom('', '0', '00000000'),
    exponent: fc.option(
      fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '-', '+'), fc.integer({ min: 0, max: 330 })),
      { nil: undefined },
    ),
  })
  .map(({ sign, whole, fraction, padding, exponent }) => {
    const mantissa = fraction === undefined ? whole : `${whole}.${fraction}${padding}`;
    return sign + (/\d/.test(mantissa) ? mantissa : `0${mantissa}`) + (exponent?.join('') ?? '');
  });

// Number(text) of the language is the reference: correctly rounded by specification.
describe('parseDecimal', () => {
  it('equals Number(text) bit for bit on every decimal literal', () => {
    fc.assert(
      fc.property(literal, (text) => Object.is(parse(text), Number(text) + 0)),
      { numRuns: 20_000 },
    );
  });

  it('equals Number(text) on the shortest and the fixed text of every kind of float64', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ min: 1e-7, max: 1e12, noNaN: true }),
        fc.integer({ min: 0, max: 20 }),
        (any, price, places) =>
          Object.is(parse(String(any)), Number(String(any)) + 0) &&
          Object.is(parse(price.toFixed(places)), Number(price.toFixed(places)) + 0),
      ),
      { numRuns: 20_000 },
    );
  });

  it.each([
    '9.8e-7',
    '9007199254740993',
    '9007199254740992.5',
    '123456789.12000000',
    '950909951.12345678',
    '0.1000000000000000055511151231257827',
    '17.00000000000000000000000000000001',
    '1e23',
    '1e22',
    '0e400',
    '-0',
    '1.',
    '.5',
    '1e400',
    '-1e400',
    '4.9e-324',
    '2e-324',
  ])('equals Number(%s)', (text) => {
    expect(Object.is(parse(text), Number(text) + 0)).toBe(true);
  });

  it('equals Number(text) where zeros and exponent are longer than any number needs', () => {
    const zeros = (count: number) => '0'.repeat(count);
    for (const text of [
      `0.${zeros(400)}1`,
      `1${zeros(400)}`,
      `0.${zeros(9998)}1e12000`,
      `0.${zeros(9998)}1e9999`,
      `1e${zeros(50)}7`,
    ])
      expect(Object.is(parse(text), Number(text) + 0)).toBe(true);
  });

  it.each([
    '',
    '.',
    '+',
    '-',
    'e5',
    '.e5',
    '1e',
    '1e+',
    '1e5.0',
    '1.2.3',
    '--1',
    '0x10',
    '1_000',
    '1 ',
    ' 1',
    'NaN',
    'Infinity',
    '1n',
    '1f',
    '١',
  ])('refuses %j', (text) => {
    expect(parse(text)).toBeNaN();
  });
});
