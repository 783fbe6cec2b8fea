const WIDTH = 110;
const HEIGHT = 28;

/** A curve as small as a word, with a line at where it began. */
export function Sparkline({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  if (values.length < 2) return null;
  const low = Math.min(...values);
  const size = Math.max(...values) - low || 1;
  const y = (value: number): string => (HEIGHT - 1 - ((value - low) / size) * (HEIGHT - 2)).toFixed(1);
  const path = thinned(values).map(
    ([at, value]) => `${((at / (values.length - 1)) * WIDTH).toFixed(1)},${y(value)}`,
  );
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <line x1="0" x2={WIDTH} y1={y(values[0]!)} y2={y(values[0]!)} />
      <path d={`M${path.join('L')}`} />
    </svg>
  );
}

/** At most the lowest and the highest of each pixel, so that no extreme is lost. */
function thinned(values: readonly number[]): [number, number][] {
  if (values.length <= WIDTH * 2) return values.map((value, at) => [at, value]);
  const found: [number, number][] = [];
  for (let pixel = 0; pixel < WIDTH; pixel++) {
    const from = Math.floor((pixel * values.length) / WIDTH);
    const to = Math.floor(((pixel + 1) * values.length) / WIDTH);
    let low = from;
    let high = from;
    for (let at = from; at < to; at++) {
      if (values[at]! < values[low]!) low = at;
      if (values[at]! > values[high]!) high = at;
    }
    for (const at of low < high ? [low, high] : [high, low]) found.push([at, values[at]!]);
  }
  return found;
}
