import { syncReplica, warehouseCatalog } from '../../engine/index.js';
import { openWarehouse } from '../../warehouse/index.js';

export interface SyncArgs {
  readonly url: string;
  /** The DuckDB file of the replica, made when it is absent. */
  readonly file: string;
  /** Afterwards all checksums are compared, inside the clock. */
  readonly isCompared?: boolean;
}

/** What a replica copied; `values` are the cells of the stored rows. */
export interface Synced {
  readonly elapsedMs: number;
  readonly rows: number;
  readonly values: number;
  readonly compared: number | null;
}

/** Brings a replica up to date; the clock stands while both are opened, and covers the closing of the file. */
export async function syncFile({ url, file, isCompared }: SyncArgs): Promise<Synced> {
  const source = await openWarehouse(url, { readOnly: true });
  const replica = await openWarehouse(`duckdb:${file}`);
  await replica.migrate(warehouseCatalog());
  const start = performance.now();
  const onCompared = ({ differing }: { readonly differing: readonly { readonly table: string }[] }): void => {
    if (differing.length > 0) throw new Error(`replica: ${differing[0]!.table} differs`);
  };
  const { rows, values, compared } = await syncReplica(
    source,
    replica,
    isCompared === true ? { onCompared } : {},
  );
  await replica.close();
  const elapsedMs = performance.now() - start;
  await source.close();
  return { elapsedMs, rows, values, compared };
}
