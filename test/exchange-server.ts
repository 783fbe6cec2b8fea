import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { csvOf } from './support/market-files.js';
import { zipOf } from './support/zip.js';

/** What goes wrong with one request; the next one for the same path meets the next fault, then none. */
export type Fault =
  /** A byte of the body is another one. */
  | 'wrong-bytes'
  /** The body ends early under a matching length. */
  | 'short'
  /** The connection is closed, or reset, in the middle of the body. */
  | 'truncated'
  | 'reset'
  /** Nothing comes after the middle of the body, for longer than a client should wait. */
  | 'slow'
  /** The server wants patience, in seconds. */
  | { readonly status: 429 | 418; readonly retryAfter: number }
  | { readonly status: number };

export interface Partition {
  readonly symbol: string;
  readonly interval: string;
  readonly durationMs: number;
  /** `KLINE_COLUMNS`, in time order, past `now` too: the bar that is open then is served by the API as it will be. */
  readonly columns: readonly Float64Array[];
}

export interface ExchangeOptions {
  readonly partitions: readonly Partition[];
  /** Epoch ms; the server's clock. */
  readonly now: number;
  /** `data/spot`, `/api/v3/klines` or what a market has instead. */
  readonly dumpFolder?: string;
  readonly restPath?: string;
  /** Names of dumps that do not exist, `BTCUSDT-1h-2024-01.zip`. */
  readonly absent?: readonly string[];
  /** By a dump's name, `NAME.CHECKSUM`, or `klines` for the API. */
  readonly faults?: Readonly<Record<string, readonly Fault[]>>;
  /** The API does not know these. */
  readonly delisted?: readonly string[];
  /** Bodies come in so many pieces with 2 ms between. */
  readonly pieces?: number;
  readonly ignoresRange?: boolean;
}

/** One request as the server saw it. */
export interface Seen {
  readonly path: string;
  readonly range: string | null;
  status: number;
  /** Bytes of the body that were written. */
  bytes: number;
}

const DAY = 86_400_000;
const STALL_MS = 60_000;

/** A server on 127.0.0.1 that speaks like the exchange: dumps with checksums below `data/`, and the klines endpoint. */
export class ExchangeServer {
  readonly seen: Seen[] = [];
  /** Whole good deliveries of a dump by its name, in one answer or continued by ranges. */
  readonly deliveries = new Map<string, number>();
  private readonly zips = new Map<string, Buffer>();
  private readonly faults: Map<string, Fault[]>;

  private constructor(
    private readonly options: ExchangeOptions,
    private readonly server: Server,
  ) {
    this.faults = new Map(Object.entries(options.faults ?? {}).map(([name, list]) => [name, [...list]]));
  }

  static async start(options: ExchangeOptions): Promise<ExchangeServer> {
    const server = createServer({ keepAliveTimeout: 2000 });
    const exchange = new ExchangeServer(options, server);
    server.on('request', (request, response) => {
      exchange.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return exchange;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Faults that nobody has met. */
  get unmet(): string[] {
    return [...this.faults].filter(([, list]) => list.length > 0).map(([name]) => name);
  }

  requests(part: string): Seen[] {
    return this.seen.filter(({ path }) => path.includes(part));
  }

  /** The exchange publishes another version of a dump. */
  replace(name: string, bytes: Buffer): void {
    this.zips.set(name, bytes);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!;
    const seen: Seen = { path, range: request.headers.range ?? null, status: 0, bytes: 0 };
    this.seen.push(seen);
    response.on('error', () => {});
    const url = new URL(path, this.url);
    const name = url.pathname.split('/').at(-1)!;
    const fault = this.faults.get(name)?.shift();
    if (typeof fault === 'object') {
      const retry = 'retryAfter' in fault ? { 'retry-after': String(fault.retryAfter) } : {};
      end(response, seen, fault.status, retry, 'a fault of this test');
      return;
    }
    if (url.pathname === (this.options.restPath ?? '/api/v3/klines')) {
      const { status, body } = this.klines(url.searchParams);
      const headers = {
        'content-type': 'application/json',
        'x-mbx-used-weight-1m': String(2 * this.seen.length),
      };
      await this.send(response, seen, fault, Buffer.from(JSON.stringify(body)), status, headers);
      return;
    }
    const zip = this.dump(url.pathname, name.replace(/\.CHECKSUM$/, ''));
    if (zip === null) end(response, seen, 404, {}, '<Error><Code>NoSuchKey</Code></Error>');
    else if (name.endsWith('.CHECKSUM')) {
      const text = `${createHash('sha256').update(zip).digest('hex')}  ${name.replace(/\.CHECKSUM$/, '')}\n`;
      await this.send(response, seen, fault, Buffer.from(text), 200, {});
    } else if (await this.sendDump(response, seen, fault, zip))
      this.deliveries.set(name, (this.deliveries.get(name) ?? 0) + 1);
  }

  /** True when the last byte of good bytes was sent. */
  private async sendDump(
    response: ServerResponse,
    seen: Seen,
    fault: Fault | undefined,
    zip: Buffer,
  ): Promise<boolean> {
    const from = this.options.ignoresRange ? 0 : Number(/^bytes=(\d+)-$/.exec(seen.range ?? '')?.[1] ?? 0);
    if (from >= zip.length) {
      end(response, seen, 416, { 'content-range': `bytes */${zip.length}` }, '');
      return false;
    }
    const range = { 'content-range': `bytes ${from}-${zip.length - 1}/${zip.length}` };
    return this.send(response, seen, fault, zip.subarray(from), from > 0 ? 206 : 200, from > 0 ? range : {});
  }

  private async send(
    response: ServerResponse,
    seen: Seen,
    fault: Fault | undefined,
    good: Buffer,
    status: number,
    headers: Record<string, string>,
  ): Promise<boolean> {
    let body = good;
    if (fault === 'wrong-bytes') {
      body = Buffer.from(good);
      body[body.length >> 1]! ^= 1;
    } else if (fault === 'short') body = good.subarray(0, good.length >> 1);
    seen.status = status;
    response.writeHead(status, { ...headers, 'content-length': body.length });
    const breaksOff = fault === 'truncated' || fault === 'reset' || fault === 'slow';
    const until = breaksOff ? body.length >> 1 : body.length;
    const step = Math.ceil(until / (this.options.pieces ?? 1));
    for (let at = 0; at < until && !response.destroyed; at += step) {
      const piece = body.subarray(at, Math.min(until, at + step));
      const error = await new Promise((resolve) => response.write(piece, resolve));
      if (error) return false;
      seen.bytes += piece.length;
      if (step < until || breaksOff) await delay(2);
    }
    // Let what was written arrive: a reset throws away what is on its way.
    if (breaksOff) await delay(20);
    if (fault === 'truncated') response.destroy();
    else if (fault === 'reset') response.socket?.resetAndDestroy();
    else if (fault === 'slow')
      await Promise.race([delay(STALL_MS, undefined, { ref: false }), closed(response)]);
    response.end();
    // A client may close the connection as soon as it has the last byte.
    return fault === undefined && seen.bytes === good.length;
  }

  /** Bytes of a dump, made when it is asked for; null: there is none. */
  private dump(path: string, name: string): Buffer | null {
    const folder = this.options.dumpFolder ?? 'data/spot';
    const match = /^(.+)-([^-]+)-(\d{4}-\d{2})(-\d{2})?\.zip$/.exec(name);
    if (match === null || this.options.absent?.includes(name)) return null;
    const [, symbol, interval, month, day] = match;
    const kind = day === undefined ? 'monthly' : 'daily';
    if (!path.startsWith(`/${folder}/${kind}/klines/${symbol}/${interval}/`)) return null;
    const known = this.zips.get(name);
    if (known !== undefined) return known;
    const partition = this.partition(symbol!, interval!);
    const from = Date.parse(`${month}${day ?? '-01'}T00:00:00Z`);
    const to = day === undefined ? nextMonth(from) : from + DAY;
    if (partition === undefined || to > this.options.now) return null;
    const rows = rowsWithin(partition, from, to);
    if (rows.length === 0) return null;
    const text = csvOf(partition.columns, rows[0], rows.at(-1)! + 1);
    const zip = zipOf([{ name: name.replace(/zip$/, 'csv'), data: text }]);
    this.zips.set(name, zip);
    return zip;
  }

  private klines(query: URLSearchParams): { status: number; body: unknown } {
    const symbol = query.get('symbol')!;
    const partition = this.partition(symbol, query.get('interval')!);
    if (partition === undefined || this.options.delisted?.includes(symbol))
      return { status: 400, body: { code: -1121, msg: 'Invalid symbol.' } };
    const from = Number(query.get('startTime') ?? 0);
    const to = Math.min(Number(query.get('endTime') ?? Number.POSITIVE_INFINITY), this.options.now);
    const limit = Number(query.get('limit') ?? 500);
    if (limit > 1000) return { status: 400, body: { code: -1130, msg: 'limit' } };
    const body = rowsWithin(partition, from, to + 1)
      .slice(0, limit)
      .map((row) => {
        const cell = (c: number): number => partition.columns[c]![row]!;
        const text = (c: number): string => (Number.isNaN(cell(c)) ? '' : String(cell(c)));
        const sums = [7, 8, 9, 10].map((c) => (c === 8 ? cell(c) : text(c)));
        return [cell(0), text(1), text(2), text(3), text(4), text(5), cell(6), ...sums, '0'];
      });
    return { status: 200, body };
  }

  private partition(symbol: string, interval: string): Partition | undefined {
    return this.options.partitions.find(
      (candidate) => candidate.symbol === symbol && candidate.interval === interval,
    );
  }
}

/** Row numbers with an open time in `[from, to)`. */
export function rowsWithin({ columns }: Partition, from: number, to: number): number[] {
  const rows: number[] = [];
  columns[0]!.forEach((openTime, row) => {
    if (openTime >= from && openTime < to) rows.push(row);
  });
  return rows;
}

function end(
  response: ServerResponse,
  seen: Seen,
  status: number,
  headers: Record<string, string>,
  text: string,
): void {
  seen.status = status;
  response.writeHead(status, headers).end(text);
}

const closed = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.on('close', resolve);
  });

function nextMonth(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
