import type { SeenKeys } from './merge.js';

const PAGE_BITS = 1 << 16;

/** A set of close times on a grid: one bit a bar, in pages, so that years of minutes cost some hundred kilobytes. */
export class GridBits implements SeenKeys {
  private readonly pages = new Map<number, Uint8Array>();

  constructor(private readonly durationMs: number) {}

  has(closeTime: number): boolean {
    const bar = this.bar(closeTime);
    const page = this.pages.get(Math.floor(bar / PAGE_BITS));
    if (page === undefined) return false;
    const bit = bitOf(bar);
    return (page[bit >> 3]! & (1 << (bit & 7))) !== 0;
  }

  add(closeTime: number): void {
    const bar = this.bar(closeTime);
    const number = Math.floor(bar / PAGE_BITS);
    let page = this.pages.get(number);
    if (page === undefined) {
      page = new Uint8Array(PAGE_BITS / 8);
      this.pages.set(number, page);
    }
    const bit = bitOf(bar);
    page[bit >> 3]! |= 1 << (bit & 7);
  }

  private bar(closeTime: number): number {
    return Math.floor(closeTime / this.durationMs);
  }
}

const bitOf = (bar: number): number => bar - Math.floor(bar / PAGE_BITS) * PAGE_BITS;
