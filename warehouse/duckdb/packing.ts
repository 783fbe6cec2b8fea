/**
 * Codes whose values are prices, sums of few prices, or steps: DuckDB packs them to a half or less. Of the others, noise in
 * their low digits, it would save a tenth of the bytes, and take a tenth of the time of a whole recompute to find that out
 * (bench case `pipeline`). A code that is not here is stored as it is, eight bytes a bar.
 */
const PACKED: ReadonlySet<string> = new Set([
  'SMA20',
  'SMA50',
  'SMA200',
  'BB_MIDDLE20',
  'DONCHIAN_UPPER20',
  'DONCHIAN_LOWER20',
  'SUPERTREND',
  'SUPERTREND_DIR',
]);

/** Type of a code's column. Columns of a warehouse that an earlier version made keep what they have; both read alike. */
export const codeType = (code: string): string =>
  PACKED.has(code) ? 'DOUBLE' : 'DOUBLE USING COMPRESSION uncompressed';
