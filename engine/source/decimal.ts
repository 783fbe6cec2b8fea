/** Powers of ten that float64 holds exactly. */
export const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** Below it every whole number is exact, and a running sum of digits that stays below it was never rounded. */
export const EXACT_LIMIT = 2 ** 53;

const ZERO = 48;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const LOWER_E = 101;
const UPPER_E = 69;

/**
 * Value of the decimal literal in `bytes[start, end)`: sign, digits with at most one point, exponent; no blanks. The
 * same bits as `Number(text)`: a mantissa below 2^53 times or over an exact power of ten is rounded once (Clinger's
 * fast path); anything else is left to `Number`.
 *
 * @returns NaN when the bytes are no decimal literal; an infinity when it overflows
 */
export function parseDecimal(bytes: Buffer, start: number, end: number): number {
  let at = start;
  const first = bytes[at];
  if (at < end && (first === MINUS || first === PLUS)) at++;
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  // Zeros wait here until a digit follows: the dumps pad every number to eight places.
  let zeros = 0;
  let seenDot = false;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && digit <= 9) {
      digits++;
      if (seenDot) scale++;
      if (digit === 0) {
        zeros++;
        continue;
      }
      for (; zeros > 0; zeros--) mantissa *= 10;
      mantissa = mantissa * 10 + digit;
    } else if (bytes[at] === DOT && !seenDot) seenDot = true;
    else break;
  }
  if (digits === 0) return Number.NaN;
  let exponent = 0;
  if (at < end) {
    exponent = parseExponent(bytes, at, end);
    if (Number.isNaN(exponent)) return Number.NaN;
  }
  const power = exponent - scale + zeros;
  let value: number;
  // No negative zero: it would differ from 0 in a checksum and in nothing that anyone can read.
  if (mantissa === 0) return 0;
  if (mantissa < EXACT_LIMIT && power >= -22 && power <= 22)
    value = power < 0 ? mantissa / EXACT_POWERS[-power]! : mantissa * EXACT_POWERS[power]!;
  // Adding 0 takes the sign from an underflow to -0.
  else return Number(bytes.toString('latin1', start, end)) + 0;
  return first === MINUS ? -value : value;
}

/** The exponent that begins with the `e` at `start`, or NaN; beyond 1e9 it counts as 1e9 (no line is as long). */
function parseExponent(bytes: Buffer, start: number, end: number): number {
  if (bytes[start] !== LOWER_E && bytes[start] !== UPPER_E) return Number.NaN;
  let at = start + 1;
  const negative = bytes[at] === MINUS;
  if (at < end && (negative || bytes[at] === PLUS)) at++;
  if (at >= end) return Number.NaN;
  let exponent = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    exponent = Math.min(exponent * 10 + digit, 1e9);
  }
  return negative ? -exponent : exponent;
}
