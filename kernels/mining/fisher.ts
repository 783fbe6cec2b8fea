/** ln(n!): exact logarithms of the first ones, then Stirling's series, whose error is below 1e-15 there. */
function logFactorial(n: number): number {
  if (n < SMALL.length) return SMALL[n]!;
  const inverse = 1 / n;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + series;
}

const SMALL = Float64Array.from({ length: 32 }, (_, n) => {
  let product = 1;
  for (let k = 2; k <= n; k++) product *= k;
  return Math.log(product);
});

const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k);

/**
 * Fisher's exact test, one-sided (greater): how probable it is that, of `drawn` taken from `total` of which `marked` are
 * marked, at least `hits` are marked (the hypergeometric upper tail).
 */
export function fisherGreater(hits: number, drawn: number, marked: number, total: number): number {
  const lowest = Math.max(0, drawn + marked - total);
  const highest = Math.min(drawn, marked);
  if (hits <= lowest) return 1;
  const at = (k: number): number =>
    Math.exp(logChoose(marked, k) + logChoose(total - marked, drawn - k) - logChoose(total, drawn));
  // Each tail is summed from its largest term outwards, so that a small one keeps its digits.
  if (hits > (drawn * marked) / total) {
    let term = at(hits);
    let sum = term;
    for (let k = hits; k < highest && term > sum * 1e-18; k++) {
      term *= ((marked - k) * (drawn - k)) / ((k + 1) * (total - marked - drawn + k + 1));
      sum += term;
    }
    return Math.min(1, sum);
  }
  let term = at(hits - 1);
  let sum = term;
  for (let k = hits - 1; k > lowest && term > sum * 1e-18; k--) {
    term *= (k * (total - marked - drawn + k)) / ((marked - k + 1) * (drawn - k + 1));
    sum += term;
  }
  return Math.max(0, 1 - sum);
}

/**
 * Benjamini and Hochberg's q values of p values: the smallest false discovery rate at which each would be taken.
 * Controlling the False Discovery Rate, J. R. Stat. Soc. B 57 (1995).
 */
export function benjaminiHochberg(p: Float64Array): Float64Array {
  const order = Int32Array.from(p.keys()).sort((a, b) => p[b]! - p[a]!);
  const q = new Float64Array(p.length);
  let smallest = 1;
  order.forEach((i, k) => {
    smallest = Math.min(smallest, (p[i]! * p.length) / (p.length - k));
    q[i] = smallest;
  });
  return q;
}
