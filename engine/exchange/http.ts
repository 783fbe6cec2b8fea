import { setTimeout as delay } from 'node:timers/promises';
import { Exchange } from './http-exchange.js';
import { Slots } from './limits.js';
import { RequestError } from './request-error.js';

export interface HttpSettings {
  /** Requests under way at once. */
  readonly parallel: number;
  /** How often a request is tried. */
  readonly tries: number;
  /** Wait before the second try, ms; it doubles from try to try, and a random part of up to a half is taken off. */
  readonly retryWaitMs: number;
  /** Silence after which a request is given up, ms. */
  readonly silenceMs: number;
}

export const HTTP_DEFAULTS: HttpSettings = { parallel: 4, tries: 5, retryWaitMs: 500, silenceMs: 20_000 };

/** A longer wait than this is not doubled any more. */
const LONGEST_RETRY_WAIT_MS = 30_000;
/** A server that asks for more patience than this (418 bans reach three days) is not waited for. */
const LONGEST_PAUSE_MS = 10 * 60_000;
/** A wait where a server asks for patience without saying how long. */
const PAUSE_MS = 60_000;
/** After so many requests in a row that failed in all their tries, a host is not asked again. */
const DEAD_AFTER = 3;
/** A host that never gave an answer and cannot be connected to is tried so often, and then not asked again: most likely there is no network. */
const TRIES_OF_NOBODY = 2;

/** An answer with status 200 or 206. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body's bytes. @throws RequestError when it stops before its end, or falls silent */
  bytes(): AsyncGenerator<Uint8Array>;
}

export interface GetOptions {
  /** Before every try, outside of the parallel limit. */
  readonly before?: () => Promise<void>;
  /** Of every try. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
  /** Looks at the headers of every answer, whatever its status. */
  readonly heard?: (headers: Headers) => void;
}

/** What is known of one host. */
interface Host {
  /** Performance clock, ms, before which it must not be asked. */
  notBefore: number;
  hasAnswered: boolean;
  failuresInARow: number;
  /** Why it is not asked any more; null: it is. */
  givenUp: string | null;
}

/** GET with a parallel limit, bounded retries and patience for servers that ask for it. */
export class HttpClient {
  private readonly slots: Slots;
  private readonly hosts = new Map<string, Host>();

  /** @param signal ends everything that is under way */
  constructor(
    private readonly settings: HttpSettings,
    private readonly signal: AbortSignal,
  ) {
    this.slots = new Slots(settings.parallel);
  }

  /**
   * @param take reads the answer; a passing RequestError of its own makes another try
   * @throws RequestError when all tries failed or another would not help; the signal's reason when it was aborted
   */
  async get<T>(url: string, take: (answer: Answer) => Promise<T>, options: GetOptions = {}): Promise<T> {
    const host = this.host(url);
    const { tries, retryWaitMs } = this.settings;
    for (let attempt = 1; ; attempt++) {
      if (host.givenUp !== null) throw new RequestError(host.givenUp, url);
      try {
        const result = await this.inTurn(host, () => this.once(url, host, take, options), options);
        host.failuresInARow = 0;
        return result;
      } catch (error) {
        this.signal.throwIfAborted();
        if (!(error instanceof RequestError)) throw error;
        if (error.status !== null) host.failuresInARow = 0;
        if (!error.isPassing) throw error;
        const isNowhere = error.isUnreachable && !host.hasAnswered;
        if (attempt >= tries || (isNowhere && attempt >= TRIES_OF_NOBODY)) {
          const text = attempt === 1 ? error.message : `${error.message} (${attempt} tries)`;
          if (isNowhere) host.givenUp ??= `${new URL(url).host} cannot be reached: ${text}`;
          else if (error.status === null && ++host.failuresInARow >= DEAD_AFTER)
            host.givenUp = `${new URL(url).host} could not be reached again and again`;
          // One reason for all that is not asked for any more.
          throw new RequestError(isNowhere ? host.givenUp! : text, url, error.status);
        }
        const waitMs = Math.min(LONGEST_RETRY_WAIT_MS, retryWaitMs * 2 ** (attempt - 1));
        await this.pause(waitMs * (1 - Math.random() / 2));
      }
    }
  }

  /** Waits. @throws the signal's reason when it is aborted */
  async pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    await delay(ms, undefined, { signal: this.signal }).catch((error: unknown) => {
      // The reason of the abort, not the timer's AbortError around it.
      this.signal.throwIfAborted();
      throw error;
    });
  }

  private host(url: string): Host {
    const { host: name } = new URL(url);
    let host = this.hosts.get(name);
    if (host === undefined) {
      host = { notBefore: 0, hasAnswered: false, failuresInARow: 0, givenUp: null };
      this.hosts.set(name, host);
    }
    return host;
  }

  /** Waits while the host wants to be left alone, without holding a slot that another host could use. */
  private async inTurn<T>(host: Host, work: () => Promise<T>, options: GetOptions): Promise<T> {
    const isHeld = (): boolean => host.notBefore > performance.now();
    await options.before?.();
    for (;;) {
      while (isHeld()) await this.pause(host.notBefore - performance.now());
      // While this one stood in line another may have been told to wait.
      const done = await this.slots.use(async () => (isHeld() ? null : { result: await work() }));
      if (done !== null) return done.result;
    }
  }

  private async once<T>(
    url: string,
    host: Host,
    take: (answer: Answer) => Promise<T>,
    options: GetOptions,
  ): Promise<T> {
    const exchange = new Exchange(url, this.settings.silenceMs, this.signal);
    try {
      const response = await exchange.open({
        'accept-encoding': 'identity',
        ...(await options.headers?.()),
      });
      host.hasAnswered = true;
      options.heard?.(response.headers);
      const { status, headers } = response;
      if (status === 200 || status === 206)
        return await take({ status, headers, bytes: () => exchange.bytes(response) });
      if (status === 429 || status === 418) {
        const pauseMs = retryAfterMs(headers) ?? PAUSE_MS;
        const text = `HTTP ${status}: the server wants ${Math.ceil(pauseMs / 1000)} s of patience`;
        if (pauseMs > LONGEST_PAUSE_MS) {
          // Asking a server that has banned us makes it worse.
          host.givenUp = text;
          throw new RequestError(text, url, status);
        }
        host.notBefore = Math.max(host.notBefore, performance.now() + pauseMs);
        throw new RequestError(text, url, status, true);
      }
      const text = `HTTP ${status}${await exchange.excerpt(response)}`;
      throw new RequestError(text, url, status, status >= 500 || status === 408);
    } finally {
      exchange.end();
    }
  }
}

/** Seconds or a date, as HTTP has it; null: the server does not say. */
function retryAfterMs(headers: Headers): number | null {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(text)) return 1000 * Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}
