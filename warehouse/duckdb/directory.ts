import { latestVersion, SCHEMA_TOO_NEW } from '../migrations/versions.js';
import { Directory } from '../store/directory.js';
import { hasTable } from './sql.js';
import type { DuckDbStore } from './store.js';

/**
 * Ids and codes of one file, ids of uncommitted sessions included, and the numbers that its sessions share. Numbers are given out in memory: the file belongs
 * to one process, and a sequence in the database would make concurrent transactions conflict.
 */
export class DuckDbDirectory extends Directory {
  /** Symbols that have their row in dim_symbol. */
  readonly committedSymbols = new Set<string>();
  readonly #last = { symbol: 0, run: 0, task: 0, strategy: 0, change: 0 };
  /** Changes recorded by sessions that are still open. */
  readonly #openChanges = new Set<number>();
  /** Newest committed change of each partition, by its ids with a comma: the file is this process's alone. */
  readonly #newestChanges = new Map<string, { readonly seq: number; readonly at: number }>();
  /** Partitions that have or had facts, by their ids with a comma. */
  readonly #computed = new Set<string>();
  #clock = 0;

  /** @throws Error when the schema is newer than this program */
  async load(store: DuckDbStore): Promise<void> {
    if (!(await hasTable(store.connection, 'schema_version'))) return;
    const one = async (sql: string): Promise<number> =>
      (await store.rows<{ n: number | null }>(`SELECT max(${sql}`))[0]!.n ?? 0;
    this.version = await one('version) AS n FROM schema_version');
    if (this.version > latestVersion()) throw new Error(SCHEMA_TOO_NEW(this.version));
    if (this.version === 0) return;

    const last = this.#last;
    last.symbol = Math.max(last.symbol, await one('symbol_id) AS n FROM dim_symbol'));
    last.run = Math.max(last.run, await one('run_id) AS n FROM run'));
    last.task = Math.max(last.task, await one('task_id) AS n FROM run_task'));
    last.strategy = Math.max(last.strategy, await one('strategy_id) AS n FROM dim_strategy'));
    last.change = Math.max(last.change, await one('seq) AS n FROM kline_change'));

    const newest = await store.rows<{ ids: string; seq: number }>(
      "SELECT symbol_id || ',' || interval_id AS ids, max(seq) AS seq FROM kline_change GROUP BY ALL",
    );
    const at = ++this.#clock;
    const before = new Map(this.#newestChanges);
    this.#newestChanges.clear();
    for (const { ids, seq } of newest) {
      const known = before.get(ids);
      this.#newestChanges.set(ids, known?.seq === seq ? known : { seq, at });
    }

    // Facts are committed with their lineage and their heads or not at all; who takes heads away has facts made anew.
    for (const { ids } of await store.rows<{ ids: string }>(
      `SELECT symbol_id || ',' || interval_id AS ids FROM stage_head
       UNION SELECT symbol_id || ',' || interval_id FROM lineage_block`,
    ))
      this.#computed.add(ids);

    const symbols = await store.rows<{ symbol: string; id: number }>(
      'SELECT symbol, symbol_id AS id FROM dim_symbol',
    );
    this.committedSymbols.clear();
    for (const { symbol, id } of symbols) {
      this.symbols.set(symbol, id);
      this.committedSymbols.add(symbol);
    }
    for (const { name, id, duration } of await store.rows<{ name: string; id: number; duration: number }>(
      'SELECT "interval" AS name, interval_id AS id, duration_ms AS duration FROM dim_interval ORDER BY interval_id',
    ))
      this.intervals.set(name, { id, durationMs: duration });
    this.codes = (
      await store.rows<{
        code: string;
      }>(`SELECT t.indicator AS code FROM duckdb_columns() c JOIN dim_indicator_type t ON c.column_name = lower(t.indicator)
         WHERE c.table_name = 'bar_indicator' ORDER BY c.column_index`)
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

  /** Moves on when changes are committed. */
  get clock(): number {
    return this.#clock;
  }

  /** These changes are committed. @param changes by number */
  changed(changes: ReadonlyMap<number, { readonly ids: readonly number[] }>): void {
    const at = ++this.#clock;
    for (const [seq, { ids }] of changes)
      this.#newestChanges.set(ids.join(), { seq: Math.max(seq, this.newestChange(ids)), at });
  }

  /** Number of a partition's newest committed change; 0: it has none. */
  newestChange(ids: readonly number[]): number {
    return this.#newestChanges.get(ids.join())?.seq ?? 0;
  }

  /** True when a change of the partition was committed after the clock said so. */
  hasChangedSince(ids: readonly number[], clock: number): boolean {
    return (this.#newestChanges.get(ids.join())?.at ?? 0) > clock;
  }

  /** False when the partition has no facts. */
  isComputed(ids: readonly number[]): boolean {
    return this.#computed.has(ids.join());
  }

  /** Facts of these partitions are committed. @param partitions their ids with a comma */
  computed(partitions: Iterable<string>): void {
    for (const ids of partitions) this.#computed.add(ids);
  }

  /** Id of a symbol, given out when it is new. */
  reserveSymbol(symbol: string): number {
    const known = this.symbols.get(symbol);
    if (known !== undefined) return known;
    const id = ++this.#last.symbol;
    this.symbols.set(symbol, id);
    return id;
  }
}
