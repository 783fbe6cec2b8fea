import { RequestError } from './request-error.js';

/** No request takes longer, however steadily it drips. */
const LONGEST_REQUEST_MS = 15 * 60_000;
/** Of an error's body, bytes that are read and characters that are shown. */
const EXCERPT_BYTES = 4096;
const EXCERPT_LENGTH = 200;

/** One request and its answer, ended by silence, by length, or from outside. */
export class Exchange {
  private readonly controller = new AbortController();
  private readonly longest: NodeJS.Timeout;
  private silence: NodeJS.Timeout | null = null;

  constructor(
    private readonly url: string,
    private readonly silenceMs: number,
    private readonly outer: AbortSignal,
  ) {
    this.longest = setTimeout(() => {
      this.giveUp(`it took longer than ${LONGEST_REQUEST_MS / 60_000} minutes`);
    }, LONGEST_REQUEST_MS);
  }

  /** Resolves with the headers. @throws RequestError when none come */
  async open(headers: Readonly<Record<string, string>>): Promise<Response> {
    this.touch();
    try {
      const signal = AbortSignal.any([this.outer, this.controller.signal]);
      const response = await fetch(this.url, { signal, headers });
      this.touch();
      return response;
    } catch (error) {
      throw this.failure(error, 'no answer', true);
    }
  }

  /** The body; it is cancelled when the caller stops early. @throws RequestError when it stops before its end */
  async *bytes(response: Response): AsyncGenerator<Uint8Array> {
    if (response.body === null) return;
    try {
      for await (const piece of response.body as AsyncIterable<Uint8Array>) {
        // A slow consumer is not a silent server.
        this.rest();
        yield piece;
        this.touch();
      }
    } catch (error) {
      throw this.failure(error, 'the answer was cut off');
    }
  }

  /** The beginning of an error's text, behind a colon; empty when there is none. */
  async excerpt(response: Response): Promise<string> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const piece of this.bytes(response)) {
        pieces.push(piece);
        bytes += piece.length;
        if (bytes >= EXCERPT_BYTES) break;
      }
    } catch {
      // What came is what there is to show.
    }
    const text = Buffer.concat(pieces)
      .toString('utf8')
      .replace(/<[^>]*>/g, ' ')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim();
    return text === '' ? '' : `: ${text.slice(0, EXCERPT_LENGTH)}`;
  }

  /** Frees what the request holds; a body that was not read to its end is cut off. */
  end(): void {
    clearTimeout(this.longest);
    this.rest();
    this.controller.abort();
  }

  private rest(): void {
    if (this.silence !== null) clearTimeout(this.silence);
  }

  private touch(): void {
    this.rest();
    this.silence = setTimeout(
      () => this.giveUp(`nothing came for ${this.silenceMs / 1000} s`),
      this.silenceMs,
    );
  }

  private giveUp(reason: string): void {
    this.controller.abort(new RequestError(reason, this.url, null, true));
  }

  /** What a thrown error of fetch or of a body means. */
  private failure(error: unknown, what: string, isUnreachable = false): unknown {
    if (this.outer.aborted || error instanceof RequestError) return error;
    // Undici reports an abort with its own reason in one place and with an AbortError in another.
    if (this.controller.signal.reason instanceof RequestError) return this.controller.signal.reason;
    // fetch throws a TypeError for everything that goes wrong on the network; other errors come from the consumer.
    if (!(error instanceof TypeError)) return error;
    const cause = error.cause as NodeJS.ErrnoException | undefined;
    return new RequestError(
      `${what} (${cause?.code ?? cause?.message ?? error.message})`,
      this.url,
      null,
      true,
      isUnreachable,
    );
  }
}
