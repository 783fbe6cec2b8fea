// Numbers for people's eyes: rounded here and nowhere else. JSON and CSV carry them whole.

/** `12,345`; unknown as null. */
export function whole(value: number | null): string | null {
  return isKnown(value) ? Math.round(value).toLocaleString('en-US') : null;
}

/** A fixed number of digits; unknown as null. */
export function fixed(value: number | null, digits: number): string | null {
  return isKnown(value) ? value.toFixed(digits) : null;
}

/** A fraction as percent: 0.256 is `25.6%`. */
export function percent(fraction: number | null, digits = 1): string | null {
  return isKnown(fraction) ? `${(100 * fraction).toFixed(digits)}%` : null;
}

/** Epoch ms as `2024-01-31 12:00` UTC, with seconds only when it has some. */
export function time(at: number | null): string | null {
  if (!isKnown(at)) return null;
  const iso = new Date(at).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, at % 60_000 === 0 ? 16 : 19)}`;
}

/** `0.42 s`, `12.3 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 3600) return `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 bar`, `2,000 bars`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/** Units per second as a whole number; a time of zero counts as one millisecond. */
export function rate(count: number, ms: number): number {
  return (1000 * count) / Math.max(ms, 1);
}

function isKnown(value: number | null): value is number {
  return value !== null && !Number.isNaN(value);
}
