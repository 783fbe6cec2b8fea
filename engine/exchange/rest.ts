import type { Stretch } from './coverage.js';
import type { Answer, HttpClient } from './http.js';
import type { WeightBudget } from './limits.js';
import { type Instrument, MARKETS } from './market.js';
import { PAGE_ROWS } from './pieces.js';
import { RequestError } from './request-error.js';

/** A page of 1,000 klines has about 200 KB. */
const LONGEST_PAGE_BYTES = 1 << 23;
const FIELDS = 12;
/** What a kline's field may look like: it goes into a line of CSV as it stands. */
const PLAIN = /^[^,"\s]{0,64}$/;

/** Klines of one request as CSV text in the order of the dumps' columns. */
export interface KlinePage {
  readonly url: string;
  readonly csv: string;
  readonly rows: number;
}

export type Listing =
  /** Open time of the first bar. */
  | { readonly kind: 'listed'; readonly firstOpenTime: number }
  /** It names no bar. */
  | { readonly kind: 'unsaid' }
  /** It does not know the symbol, or not any more: dumps of delisted ones go on to exist. */
  | { readonly kind: 'unknown'; readonly error: RequestError };

/** The exchange's klines endpoint. */
export class RestKlines {
  /** @param baseUrl without a slash at its end */
  constructor(
    private readonly http: HttpClient,
    private readonly budget: WeightBudget,
    private readonly baseUrl: string,
  ) {}

  /**
   * The closed klines with an open time in `range`, at most 1,000 bars long. What the server sends beyond that, and bars that
   * have not closed, are left out.
   *
   * @param now epoch ms; the server's clock counts where it is behind
   * @throws RequestError
   */
  async page(instrument: Instrument, interval: string, range: Stretch, now: number): Promise<KlinePage> {
    const query = { startTime: range.from, endTime: range.to - 1, limit: PAGE_ROWS };
    const { url, rows, serverTime } = await this.klines(instrument, interval, query);
    const closedBy = Math.min(now, serverTime);
    const lines = rows
      .filter(([openTime]) => Number(openTime) >= range.from && Number(openTime) < range.to)
      .filter((row) => Number(row[6]) < closedBy)
      .map((row) => `${row.join(',')}\n`);
    return { url, csv: lines.join(''), rows: lines.length };
  }

  /** What the exchange says of bars at or after `from`. @throws RequestError */
  async listing(instrument: Instrument, interval: string, from: number): Promise<Listing> {
    try {
      const { rows } = await this.klines(instrument, interval, { startTime: from, limit: 1 });
      return rows.length === 0 ? { kind: 'unsaid' } : { kind: 'listed', firstOpenTime: Number(rows[0]![0]) };
    } catch (error) {
      if (error instanceof RequestError && error.status === 400) return { kind: 'unknown', error };
      throw error;
    }
  }

  private async klines(
    { market, exchangeSymbol }: Instrument,
    interval: string,
    query: Readonly<Record<string, number>>,
  ): Promise<{ url: string; rows: string[][]; serverTime: number }> {
    const { restPath, weight } = MARKETS[market];
    const params = new URLSearchParams({ symbol: exchangeSymbol, interval });
    for (const [name, value] of Object.entries(query)) params.set(name, String(value));
    const url = `${this.baseUrl}${restPath}?${params}`;
    return this.http.get(
      url,
      async (answer) => ({
        url,
        rows: parseKlines(await textOf(answer, url), url),
        serverTime: serverTime(answer.headers),
      }),
      {
        before: () => this.budget.spend(weight),
        heard: (headers) => {
          const used = Number(headers.get('x-mbx-used-weight-1m') ?? Number.NaN);
          if (Number.isFinite(used)) this.budget.heard(used);
        },
      },
    );
  }
}

async function textOf(answer: Answer, url: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of answer.bytes()) {
    bytes += piece.length;
    if (bytes > LONGEST_PAGE_BYTES)
      throw new RequestError(`an answer of more than ${LONGEST_PAGE_BYTES} bytes`, url);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Numbers that come as text stay the text that they are: the exchange's digits, not ours. */
function parseKlines(text: string, url: string): string[][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new RequestError('the answer is no JSON', url, null, true);
  }
  if (!Array.isArray(parsed)) throw new RequestError('the answer is no list of klines', url);
  return parsed.map((row: unknown, i) => {
    const fields = Array.isArray(row) ? row.map(String) : [];
    if (fields.length !== FIELDS || !fields.every((field) => PLAIN.test(field)))
      throw new RequestError(`kline ${i} of the answer has not the form of one: ${FIELDS} plain fields`, url);
    return fields;
  });
}

/** The server's clock, in whole seconds; where it says nothing ours has to do. */
function serverTime(headers: Headers): number {
  const at = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}
