import { get, set } from './memory';

const DAY_MS: f64 = 86_400_000;

/** kernels/indicators/vwap.ts; state: end of the session, its sum of price times volume, its volume. */
export function vwap(
  state: usize,
  high: usize,
  low: usize,
  close: usize,
  volume: usize,
  openTime: usize,
  out: usize,
  rows: i32,
): void {
  let sessionEnd = get(state, 0);
  let value = get(state, 1);
  let total = get(state, 2);
  for (let i = 0; i < rows; i++) {
    const time = get(openTime, i);
    if (time >= sessionEnd) {
      sessionEnd = (Math.floor(time / DAY_MS) + 1) * DAY_MS;
      value = 0;
      total = 0;
    }
    const own = get(volume, i);
    value += ((get(high, i) + get(low, i) + get(close, i)) / 3) * own;
    total += own;
    // Without volume 0 / 0, which is unknown.
    set(out, i, value / total);
  }
  set(state, 0, sessionEnd);
  set(state, 1, value);
  set(state, 2, total);
}
