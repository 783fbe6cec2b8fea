import { whole } from '../store/sql.js';
import type { TimeKey } from './page.js';

/** What is wanted beyond what the density promises: a second look costs more than some rows too many. */
const MARGIN = 1.25;
/** How much emptier than the stretch before the next one is taken to be, at most. */
const MAX_THINNING = 16;
/** Rows that a stretch would hold at most if every bar had one: what is found is held in memory. */
const MAX_ROWS = 131_072;

/** Stretches of time one behind another, each about as long as the rows that are wanted of it need. */
export class Stretches {
  readonly #isDescending: boolean;
  /** Times are mirrored when they descend, so that every stretch is [from, to) and grows. */
  readonly #sign: 1 | -1;
  readonly #from: number;
  readonly #to: number;
  readonly #fullest: number;
  #density: number;
  #edge: number | null;
  #span = 0;
  #isOver = false;

  /** @param after time to begin with, itself included; null: from the start */
  constructor({ from, to, most, density }: TimeKey, isDescending: boolean, after: number | null) {
    this.#isDescending = isDescending;
    this.#sign = isDescending ? -1 : 1;
    this.#from = isDescending ? 1 - to : from;
    this.#to = isDescending ? 1 - from : to;
    this.#density = density;
    this.#fullest = most;
    this.#edge = after === null ? null : after * this.#sign;
  }

  /** True when the last one has been given. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Conditions of the next stretch. The first and the last are open: what is known of the range may be old. */
  next(column: string, wanted: number): string[] {
    const begin = Math.max(this.#edge ?? this.#from, this.#from);
    this.#span = Math.ceil(Math.min((wanted * MARGIN) / this.#density, MAX_ROWS / this.#fullest));
    const end = begin + this.#span;
    const [low, high] = this.#isDescending ? ['<=', '>'] : ['>=', '<'];
    const conditions: string[] = [];
    if (this.#edge !== null) conditions.push(`${column} ${low} ${whole(this.#sign * this.#edge)}`);
    if (end < this.#to) conditions.push(`${column} ${high} ${whole(this.#sign * end)}`);
    else this.#isOver = true;
    this.#edge = end;
    return conditions;
  }

  /** Says how many rows the stretch had: the next one is taken to be as full. */
  found(rows: number): void {
    this.#density = Math.min(this.#fullest, Math.max(rows / this.#span, this.#density / MAX_THINNING));
  }
}
