import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Connection, FieldPacket, QueryOptions, ResultSetHeader } from 'mysql2';
import { WarehouseLostError } from '../errors.js';
import type { TableSpec } from '../schema/table.js';
import type { ScanColumn, Slice, Source } from '../store/source.js';
import { type Cell, quote, wholeOrText } from '../store/sql.js';
import { cellsOf, type RowList, type Store } from '../store/store.js';
import type { TableRow, TimeRange } from '../warehouse.js';
import type { ServerLimits } from './connect.js';
import type { Encoder } from './encoder.js';
import { isFatal, isLockTimeout, toWarehouseError } from './errors.js';
import { readSlice } from './scan.js';
import { literal } from './sql.js';

type Rows = readonly (readonly unknown[])[];
interface Answer {
  readonly result: unknown;
  readonly fields: readonly FieldPacket[];
}

const BATCH_ROWS = 2048;
/** A statement that waited for a lock in vain is tried again; what the transaction did before stands. */
const LOCK_TRIES = 3;
const DECIMAL = 246;

/** A connection of MySQL as the shared SQL sees it. */
export class MySqlStore implements Store {
  /** The connection cannot be used again. */
  isBroken = false;
  /** Random name of the connection, by which `commit_mark` knows it, and how many transactions it has marked there. */
  readonly writer = randomUUID();
  commits = 0;
  /** Number that the last insert was given by the server. */
  lastId = 0;
  /** Rejects the question that is under way; once it is answered this does nothing. */
  #abandon: (error: Error) => void = () => undefined;

  constructor(
    readonly connection: Connection,
    readonly url: string,
    readonly limits: ServerLimits,
    readonly encoder: Encoder,
  ) {
    // The driver tells a lost connection to commands with a callback only; a stream of rows would wait for ever.
    connection.on('error', (error) => {
      this.isBroken = true;
      this.#abandon(error);
    });
  }

  async rows<Row = Record<string, Cell>>(sql: string): Promise<Row[]> {
    const { columns, rows } = await this.table(sql);
    return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])) as Row);
  }

  /** Names and cells of a result. By a prepared statement: only its binary answer holds the doubles' bits. */
  async table(sql: string): Promise<{ columns: string[]; rows: Cell[][] }> {
    const { result, fields } = await this.execute(sql);
    const columns = fields.map((field) => field.name);
    return { columns, rows: (result as Rows).map((row) => row.map((value, i) => toCell(value, fields[i]!))) };
  }

  async run(sql: string): Promise<number> {
    for (let attempt = 1; ; attempt++)
      try {
        const { result } = await this.#ask((done) => this.connection.query({ sql, rowsAsArray: true }, done));
        return (result as ResultSetHeader).affectedRows ?? 0;
      } catch (error) {
        if (!isLockTimeout((error as Error).cause) || attempt === LOCK_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
      }
  }

  async *batches(sql: string): AsyncGenerator<readonly (readonly Cell[])[]> {
    let fields: readonly FieldPacket[] = [];
    let isDone = false;
    try {
      // On a connection that died while it was idle this throws at once.
      const command = this.connection.execute({ sql, rowsAsArray: true });
      command.on('fields', (found) => {
        fields = found as unknown as FieldPacket[];
      });
      let batch: Cell[][] = [];
      const stream = command.stream({ highWaterMark: BATCH_ROWS });
      this.#abandon = (error) => stream.destroy(error);
      for await (const row of stream) {
        batch.push((row as unknown[]).map((value, i) => toCell(value, fields[i]!)));
        if (batch.length < BATCH_ROWS) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
      isDone = true;
    } catch (error) {
      throw this.#told(error);
    } finally {
      // Rows that nobody wants any more are still on their way.
      if (!isDone) this.destroy();
    }
  }

  async insert(table: TableSpec, records: readonly TableRow[]): Promise<void> {
    const columns = table.columns.map(({ name }) => quote(name)).join(', ');
    const tuples = records.map((record) => `(${cellsOf(table, record).map(literal).join(',')})`);
    await this.insertTuples(`INSERT INTO ${table.name} (${columns}) VALUES `, tuples);
  }

  /** Rows of literals, as many in a statement as a packet holds. @param tail what follows the rows */
  async insertTuples(head: string, tuples: readonly string[], tail = ''): Promise<void> {
    const limit = Math.min(1_048_576, this.limits.packetBytes) - head.length - tail.length - 64;
    for (let first = 0; first < tuples.length; ) {
      let last = first + 1;
      // Texts are counted as the longest UTF-8 they can be: three bytes a code unit.
      let bytes = tuples[first]!.length * 3;
      while (last < tuples.length && bytes + tuples[last]!.length * 3 + 1 <= limit)
        bytes += tuples[last++]!.length * 3 + 1;
      const sql = head + tuples.slice(first, last).join(',') + tail;
      if (Buffer.byteLength(sql) + 1 > this.limits.packetBytes)
        throw new Error(
          `warehouse: ${this.url}: a row takes ${Buffer.byteLength(sql)} bytes and max_allowed_packet is ${this.limits.packetBytes}; make it larger`,
        );
      await this.run(sql);
      first = last;
    }
  }

  /** LOAD DATA LOCAL of lines that are already encoded. @throws Error unless every row went in as it was */
  async load(
    table: string,
    columns: readonly string[],
    rows: number,
    buffers: readonly Buffer[],
  ): Promise<void> {
    const options: QueryOptions = {
      sql: `LOAD DATA LOCAL INFILE 'klinemill' INTO TABLE ${table} CHARACTER SET latin1
        FIELDS TERMINATED BY ',' ESCAPED BY '\\' LINES TERMINATED BY '\\n' (${columns.map(quote).join(', ')})`
        // NO_BACKSLASH_ESCAPES: the line feed stands as itself.
        .replace("'\\n'", "'\n'"),
      // Whatever file the server asks for, it gets these bytes.
      infileStreamFactory: () => Readable.from(buffers),
    };
    const { result } = await this.#ask((done) => this.connection.query(options, done));
    const { info, affectedRows, warningStatus } = result as ResultSetHeader;
    if (affectedRows === rows && warningStatus === 0) return;
    const { rows: warnings } = await this.table('SHOW WARNINGS LIMIT 1');
    throw new Error(
      `warehouse: ${this.url}: ${table} took ${affectedRows} of ${rows} rows (${info}); ${warnings[0]?.[2] ?? 'no warning'}`,
    );
  }

  list({ columns, rows }: RowList): string {
    // MySQL and MariaDB write VALUES as a table differently.
    const selects = rows.map((record, i) =>
      record.map((cell, c) => wholeOrText(cell) + (i === 0 ? ` AS ${quote(columns[c]!)}` : '')).join(', '),
    );
    return `(SELECT ${selects.join(' UNION ALL SELECT ')}) v`;
  }

  /** From the list to the table: the other way round it would lock, and wait for, rows of others. Counts rows that stay as they are. */
  updateBy(table: string, list: RowList, on: string, set: Readonly<Record<string, string>>): Promise<number> {
    const assignments = Object.entries(set).map(([column, value]) => `t.${column} = ${value}`);
    return this.run(
      `UPDATE ${this.list(list)} STRAIGHT_JOIN ${table} t ON ${on} SET ${assignments.join(', ')}`,
    );
  }

  slice(source: Source, columns: readonly ScanColumn[], range: TimeRange): Promise<Slice> {
    return readSlice(this, source, columns, range);
  }

  /** A prepared statement: rows as arrays, doubles bit for bit. */
  execute(sql: string): Promise<Answer> {
    return this.#ask((done) => this.connection.execute({ sql, rowsAsArray: true }, done));
  }

  /** Tells the server that this end lives; behind what is under way. */
  ping(): void {
    if (this.isBroken) return;
    this.connection.ping((error) => {
      // The driver tells it nobody else.
      if (error) this.isBroken = true;
    });
  }

  /** Ends the connection at once; the server undoes what is open. */
  destroy(): void {
    this.isBroken = true;
    this.connection.destroy();
    // The driver tells nobody who still waits for an answer.
    this.#abandon(new WarehouseLostError(`warehouse: ${this.url}: the connection was closed`));
  }

  #ask(
    send: (done: (error: Error | null, result: unknown, fields: FieldPacket[]) => void) => unknown,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#abandon = reject;
      send((error, result, fields) => {
        if (error) return reject(this.#told(error));
        const { insertId } = result as ResultSetHeader;
        if (insertId) this.lastId = insertId;
        resolve({ result, fields: fields ?? [] });
      });
    });
  }

  #told(error: unknown): Error {
    if (isFatal(error)) this.isBroken = true;
    const told = toWarehouseError(error, this.url);
    if (told !== error) told.cause = error;
    return told;
  }
}

/** Decimals (sums of whole numbers are) come as text. */
function toCell(value: unknown, field: FieldPacket): Cell {
  if (typeof value === 'string' && field.columnType === DECIMAL) return Number(value);
  return value as Cell;
}
