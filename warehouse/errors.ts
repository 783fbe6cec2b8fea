/** The warehouse, or a partition of it, belongs to someone else. The CLI exits with 3. */
export class WarehouseHeldError extends Error {
  override readonly name = 'WarehouseHeldError';
  /** Url of the warehouse, without a password. */
  readonly url: string;
  /** Process of this machine that holds it; null: not known by its id. */
  readonly holderPid: number | null;

  /** @param holder a process id, or words for it */
  constructor(
    url: string,
    holder: number | string,
    reason = 'a DuckDB file belongs to one process at a time',
  ) {
    super(
      `warehouse: ${url} is held by ${typeof holder === 'number' ? `process ${holder}` : holder}; ${reason}`,
    );
    this.url = url;
    this.holderPid = typeof holder === 'number' ? holder : null;
  }
}

/** The warehouse cannot be used as it was asked for: a wrong url, password, database or privilege. The CLI exits with 2. */
export class WarehouseAccessError extends Error {
  override readonly name = 'WarehouseAccessError';
}

/**
 * The transaction is gone, through no fault of its own: the connection was lost, or a deadlock was solved at its cost.
 * Nothing of it was written; the same work may be begun again. (A WarehouseGoneError at a commit is the exception: nobody said.)
 */
export class WarehouseLostError extends Error {
  override readonly name: string = 'WarehouseLostError';
}

/** Somebody else has changed the partition since its work was planned: it is to be planned anew. */
export class PartitionMovedError extends WarehouseLostError {
  override readonly name = 'PartitionMovedError';

  constructor({ symbol, interval }: { readonly symbol: string; readonly interval: string }) {
    super(`warehouse: others have changed ${symbol} ${interval} since this was planned; try again`);
  }
}

/** It was waited for, and no server came back: beginning again would only wait again. */
export class WarehouseGoneError extends WarehouseLostError {
  override readonly name = 'WarehouseGoneError';
}

/** Trying again in this process would not help: the database lacks memory, or is damaged by that. What was committed is safe. */
export class WarehouseFailedError extends Error {
  override readonly name = 'WarehouseFailedError';
}
