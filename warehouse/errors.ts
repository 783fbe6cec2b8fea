/** The warehouse file belongs to another process. The CLI exits with 3. */
export class WarehouseHeldError extends Error {
  override readonly name = 'WarehouseHeldError';
  /** Url of the warehouse, without a password. */
  readonly url: string;

  constructor(url: string, holder: string) {
    super(`warehouse: ${url} is held by ${holder}; a DuckDB file belongs to one process at a time`);
    this.url = url;
  }
}
