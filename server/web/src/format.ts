/** What is unknown is shown as this, never as 0. */
export const UNKNOWN = '–';

type Value = number | null | undefined;

/** Fixed digits with groups of thousands: `12,345.60`. */
export function fixed(value: Value, digits = 2): string {
  if (value === null || value === undefined) return UNKNOWN;
  const text = value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}

/** A fraction as percent: 0.4512 is `45.1%`. */
export function share(value: Value, digits = 1): string {
  return value === null || value === undefined ? UNKNOWN : `${fixed(value * 100, digits)}%`;
}

/** What is percent already, with its sign. */
export function percent(value: Value, digits = 3): string {
  if (value === null || value === undefined) return UNKNOWN;
  return `${value > 0 ? '+' : ''}${fixed(value, digits)}%`;
}

export function count(value: Value): string {
  return fixed(value, 0);
}

/** Enough digits to tell a value from its threshold, few enough to read. */
export function digits(value: Value): string {
  return value === null || value === undefined ? UNKNOWN : String(Number(value.toPrecision(8)));
}

/** A probability: `0.013`, `0.0004`. */
export function probability(value: Value): string {
  return value === null || value === undefined ? UNKNOWN : String(Number(value.toPrecision(3)));
}

/** `2024-03-05 12:00`, UTC. */
export function time(ms: Value): string {
  return ms === null || ms === undefined
    ? UNKNOWN
    : new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

/** A close time is a millisecond before the bar's end; people read the end. */
export function closeTime(ms: Value): string {
  return ms === null || ms === undefined ? UNKNOWN : time(ms + 1);
}

/** `2024-03-05`, UTC. */
export function day(ms: Value): string {
  return time(ms).slice(0, 10);
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** The two largest units: `3 d 4 h`. */
export function duration(ms: Value): string {
  if (ms === null || ms === undefined) return UNKNOWN;
  let left = Math.abs(ms);
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const n = Math.floor(left / length);
    left -= n * length;
    if (n > 0 || parts.length > 0) parts.push(`${count(n)} ${unit}`);
    // Hours do not matter beside months.
    if (unit === 'd' && n >= 100) break;
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? '< 1 s' : parts.filter((part) => !part.startsWith('0 ')).join(' ');
}

/** Which colour a figure has: above `middle` is good. */
export function tone(value: Value, middle = 0): 'good' | 'bad' | '' {
  if (value === null || value === undefined || value === middle) return '';
  return value > middle ? 'good' : 'bad';
}
