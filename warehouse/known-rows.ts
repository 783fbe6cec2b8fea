/** Rows of a series whose value is known; the arrays may be views of those that were given. */
export interface KnownRows {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Leaves out the rows whose value is NaN. */
export function knownNumbers(times: Float64Array, values: Float64Array): KnownRows {
  let first = 0;
  while (first < values.length && Number.isNaN(values[first])) first++;
  let unknown = first;
  for (let i = first; i < values.length; i++) if (Number.isNaN(values[i])) unknown++;
  // Mostly only the warm-up is unknown: then nothing is copied.
  if (unknown === first) return { times: times.subarray(first), values: values.subarray(first) };
  const known = {
    times: new Float64Array(values.length - unknown),
    values: new Float64Array(values.length - unknown),
  };
  for (let i = first, k = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    known.times[k] = times[i]!;
    known.values[k++] = values[i]!;
  }
  return known;
}

/** Rows where the bit `position` of `known` is set, with that bit of `fired`: 1 or 0. */
export function knownBits(
  times: Float64Array,
  known: BigInt64Array,
  fired: BigInt64Array,
  position: number,
): KnownRows {
  // Words of 32 bits, low one first: a BigInt a row costs far more.
  const knownWords = new Int32Array(known.buffer, known.byteOffset, 2 * known.length);
  const firedWords = new Int32Array(fired.buffer, fired.byteOffset, 2 * fired.length);
  const word = position >> 5;
  const bit = position & 31;
  const kept = { times: new Float64Array(times.length), values: new Float64Array(times.length) };
  let k = 0;
  for (let i = 0; i < times.length; i++) {
    kept.times[k] = times[i]!;
    kept.values[k] = (firedWords[2 * i + word]! >>> bit) & 1;
    k += (knownWords[2 * i + word]! >>> bit) & 1;
  }
  return { times: kept.times.subarray(0, k), values: kept.values.subarray(0, k) };
}
