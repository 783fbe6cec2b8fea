/**
 * sfc32 (Chris Doty-Humphrey's small fast counting generator): whole-number operations only, so that a seed means the
 * same on every machine.
 */
export class Random {
  private a = 0;
  private b = 0;
  private c: number;
  private counter = 1;

  /** @param seed a whole number; its lowest 32 bits count */
  constructor(seed: number) {
    this.c = seed >>> 0;
    // The first results still look like the seed.
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Uniform in [0, 1), a multiple of 2^-32. */
  next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  /** Mean 0, deviation 1, bell-shaped, within 3.5: four uniforms added up. No logarithm: its last bit may differ between machines. */
  bell(): number {
    return (this.next() + this.next() + this.next() + this.next() - 2) * Math.sqrt(3);
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }
}
