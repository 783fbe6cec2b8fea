import type { PartitionKey } from '../warehouse.js';
import { whole } from './sql.js';
import type { Store } from './store.js';

/** Ids and codes of a warehouse. Backends add how they are learnt and given out. */
export class Directory {
  /** Applied migrations: 0 for a new warehouse. */
  version = 0;
  /** Codes in the order of bar_indicator's columns. */
  codes: readonly string[] = [];
  readonly intervals = new Map<string, { readonly id: number; readonly durationMs: number }>();
  protected readonly symbols = new Map<string, number>();

  /** Looks a partition's symbol up, where others may have brought it since. */
  async learn(_store: Store, _key: Pick<PartitionKey, 'symbol'>): Promise<void> {}

  /** SQL that names a partition; matches nothing when the symbol is unknown. */
  where(key: PartitionKey, table?: string): string {
    const prefix = table === undefined ? '' : `${table}.`;
    const symbol = this.symbols.get(key.symbol) ?? 0;
    return `${prefix}symbol_id = ${whole(symbol)} AND ${prefix}interval_id = ${this.interval(key.interval).id}`;
  }

  /** @throws Error that names the allowed set */
  interval(name: string): { readonly id: number; readonly durationMs: number } {
    const found = this.intervals.get(name);
    if (found !== undefined) return found;
    const allowed = this.intervals.size === 0 ? 'none: migrate first' : [...this.intervals.keys()].join(', ');
    throw new Error(`warehouse: interval '${name}' is not one of ${allowed}`);
  }

  /** The codes as they are spelled. @throws Error that names the unknown one */
  checkCodes(codes: readonly string[]): void {
    const known = new Set(this.codes);
    for (const code of codes)
      if (!known.has(code))
        throw new Error(
          `warehouse: code '${code}' is not one of ${this.codes.join(', ') || 'none: migrate first'}`,
        );
  }
}
