/** Trades that are added at a time. */
const BATCH = 16;
/** Binary digits of a count: up to 2^31 trades. */
const DIGITS = 31;

/**
 * Adds up bit rows column by column: how many of the chosen trades win under each rotation. 32 rotations stand in a
 * word, and counts are kept as binary digits, one plane of words a digit, so that 16 trades are added to 32 counts by
 * fifteen full adders of five operations each (Harley and Seal's carry-save adder, Hacker's Delight 5-1).
 */
export class ShiftCounter {
  readonly #rows: Uint32Array;
  readonly #words: number;
  /** Digit d of word w: `planes[d * words + w]`. */
  readonly #planes: Int32Array;
  readonly #at = new Int32Array(BATCH);

  /** @param rows `words` words a trade */
  constructor(rows: Uint32Array, words: number) {
    this.#rows = rows;
    this.#words = words;
    this.#planes = new Int32Array(DIGITS * words);
  }

  /** Counts over the first `count` of `trades`. @param into one number a column: `words * 32` */
  count(trades: Int32Array, count: number, into: Int32Array): void {
    this.#planes.fill(0);
    let t = 0;
    for (; t + BATCH <= count; t += BATCH) this.#addBatch(trades, t);
    for (; t < count; t++) this.#addOne(trades[t]!);
    this.#read(count, into);
  }

  #addBatch(trades: Int32Array, first: number): void {
    const rows = this.#rows;
    const words = this.#words;
    const planes = this.#planes;
    const at = this.#at;
    for (let k = 0; k < BATCH; k++) at[k] = trades[first + k]! * words;
    for (let w = 0; w < words; w++) {
      let ones = planes[w]!;
      let twos = planes[words + w]!;
      let fours = planes[2 * words + w]!;
      let eights = planes[3 * words + w]!;
      let carry8 = 0;
      let sixteens = 0;
      for (let half = 0; half < BATCH; half += 8) {
        let carry4 = 0;
        for (let quarter = half; quarter < half + 8; quarter += 4) {
          // Two pairs of trades make two carries of weight 2.
          let a = rows[at[quarter]! + w]!;
          let b = rows[at[quarter + 1]! + w]!;
          let u = ones ^ a;
          const first2 = (ones & a) | (u & b);
          ones = u ^ b;
          a = rows[at[quarter + 2]! + w]!;
          b = rows[at[quarter + 3]! + w]!;
          u = ones ^ a;
          const second2 = (ones & a) | (u & b);
          ones = u ^ b;
          u = twos ^ first2;
          const four = (twos & first2) | (u & second2);
          twos = u ^ second2;
          if (quarter === half) carry4 = four;
          else {
            u = fours ^ carry4;
            const eight = (fours & carry4) | (u & four);
            fours = u ^ four;
            if (half === 0) carry8 = eight;
            else {
              u = eights ^ carry8;
              sixteens = (eights & carry8) | (u & eight);
              eights = u ^ eight;
            }
          }
        }
      }
      planes[w] = ones;
      planes[words + w] = twos;
      planes[2 * words + w] = fours;
      planes[3 * words + w] = eights;
      this.#carry(4 * words + w, sixteens);
    }
  }

  #addOne(trade: number): void {
    const words = this.#words;
    for (let w = 0; w < words; w++) this.#carry(w, this.#rows[trade * words + w]!);
  }

  /** Adds `carry` to the digit at `plane` and on to the higher ones. */
  #carry(plane: number, carry: number): void {
    const planes = this.#planes;
    let rest = carry;
    for (let p = plane; rest !== 0; p += this.#words) {
      const sum = planes[p]!;
      planes[p] = sum ^ rest;
      rest &= sum;
    }
  }

  /** Turns the digits into numbers; none is above `count`. */
  #read(count: number, into: Int32Array): void {
    const words = this.#words;
    const digits = 32 - Math.clz32(count);
    into.fill(0);
    for (let d = 0; d < digits; d++)
      for (let w = 0; w < words; w++) {
        const plane = this.#planes[d * words + w]!;
        for (let bit = 0; bit < 32; bit++) into[w * 32 + bit]! += ((plane >>> bit) & 1) << d;
      }
  }
}
