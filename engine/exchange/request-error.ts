/** A request that did not bring what it should have; the message is for people and does not repeat the address. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    message: string,
    readonly url: string,
    /** What the server answered; null: nothing came, or something else is wrong. */
    readonly status: number | null = null,
    /** Asking again may help. */
    readonly isPassing = false,
    /** There was no connection, or it ended without an answer. */
    readonly isUnreachable = false,
  ) {
    super(message);
  }
}

/** True when the server says that there is no such thing. */
export const isAbsent = (error: unknown): boolean => error instanceof RequestError && error.status === 404;
