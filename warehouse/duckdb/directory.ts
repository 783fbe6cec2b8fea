import type { DuckDBConnection } from '@duckdb/node-api';
import { latestVersion, SCHEMA_TOO_NEW } from '../migrations/versions.js';
import type { PartitionKey } from '../warehouse.js';
import { hasTable, rows, whole } from './sql.js';

/**
 * Ids and codes of one file, and the numbers that its sessions share. Numbers are given out in memory: the file belongs
 * to one process, and a sequence in the database would make concurrent transactions conflict.
 */
export class Directory {
  /** Applied migrations: 0 for a new file. */
  version = 0;
  /** Codes in the order of bar_indicator's columns. */
  codes: readonly string[] = [];
  readonly intervals = new Map<string, { readonly id: number; readonly durationMs: number }>();
  /** Ids given out, those of uncommitted sessions included. */
  readonly #symbols = new Map<string, number>();
  /** Symbols that have their row in dim_symbol. */
  readonly committedSymbols = new Set<string>();
  readonly #last = { symbol: 0, run: 0, task: 0, strategy: 0, change: 0 };
  /** Changes recorded by sessions that are still open. */
  readonly #openChanges = new Set<number>();

  /** @throws Error when the schema is newer than this program */
  async load(connection: DuckDBConnection): Promise<void> {
    if (!(await hasTable(connection, 'schema_version'))) return;
    const one = async (sql: string): Promise<number> =>
      (await rows<{ n: number | null }>(connection, `SELECT max(${sql}`))[0]!.n ?? 0;
    this.version = await one('version) AS n FROM schema_version');
    if (this.version > latestVersion()) throw new Error(SCHEMA_TOO_NEW(this.version));
    if (this.version === 0) return;

    const last = this.#last;
    last.symbol = Math.max(last.symbol, await one('symbol_id) AS n FROM dim_symbol'));
    last.run = Math.max(last.run, await one('run_id) AS n FROM run'));
    last.task = Math.max(last.task, await one('task_id) AS n FROM run_task'));
    last.strategy = Math.max(last.strategy, await one('strategy_id) AS n FROM dim_strategy'));
    last.change = Math.max(last.change, await one('seq) AS n FROM kline_change'));

    const symbols = await rows<{ symbol: string; id: number }>(
      connection,
      'SELECT symbol, symbol_id AS id FROM dim_symbol',
    );
    this.committedSymbols.clear();
    for (const { symbol, id } of symbols) {
      this.#symbols.set(symbol, id);
      this.committedSymbols.add(symbol);
    }
    for (const { name, id, duration } of await rows<{ name: string; id: number; duration: number }>(
      connection,
      'SELECT "interval" AS name, interval_id AS id, duration_ms AS duration FROM dim_interval ORDER BY interval_id',
    ))
      this.intervals.set(name, { id, durationMs: duration });
    this.codes = (
      await rows<{ code: string }>(
        connection,
        `SELECT t.indicator AS code FROM duckdb_columns() c JOIN dim_indicator_type t ON c.column_name = lower(t.indicator)
         WHERE c.table_name = 'bar_indicator' ORDER BY c.column_index`,
      )
    ).map((row) => row.code);
  }

  /** Next number of its kind. */
  next(kind: 'run' | 'task' | 'strategy'): number {
    return ++this.#last[kind];
  }

  /** Number of a change; it hides itself and later ones from `klineChanges` until `closeChange`. */
  openChange(): number {
    const seq = ++this.#last.change;
    this.#openChanges.add(seq);
    return seq;
  }

  closeChange(seq: number): void {
    this.#openChanges.delete(seq);
  }

  /**
   * Changes up to this one can be read: all before it are committed or gone. Without it a reader that has seen change 6
   * would never look at change 5, committed a moment later.
   */
  settledChange(): number {
    return this.#openChanges.size === 0 ? this.#last.change : Math.min(...this.#openChanges) - 1;
  }

  /** Id of a symbol, given out when it is new. */
  reserveSymbol(symbol: string): number {
    const known = this.#symbols.get(symbol);
    if (known !== undefined) return known;
    const id = ++this.#last.symbol;
    this.#symbols.set(symbol, id);
    return id;
  }

  /** SQL that names a partition; matches nothing when the symbol is unknown. */
  where(key: PartitionKey, table?: string): string {
    const prefix = table === undefined ? '' : `${table}.`;
    const symbol = this.#symbols.get(key.symbol) ?? 0;
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
