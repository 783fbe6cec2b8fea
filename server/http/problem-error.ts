import { PROBLEMS, type Problem, type ProblemKind, problemType } from '../api/problem.js';

/** A problem that ends a request (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly kind: ProblemKind;
  readonly extra: Pick<Problem, 'parameter' | 'allowed'>;

  constructor(kind: ProblemKind, detail: string, extra: Pick<Problem, 'parameter' | 'allowed'> = {}) {
    super(detail);
    this.kind = kind;
    this.extra = extra;
  }
}

/** A name that is none of those there are. */
export function unknownName(parameter: string, value: string, allowed: readonly string[]): ProblemError {
  return new ProblemError('not-found', `${parameter} '${value}' is not there`, {
    parameter,
    allowed: allowed.slice(0, 100),
  });
}

export function problemResponse(
  error: ProblemError,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const { status, title } = PROBLEMS[error.kind];
  const body: Problem = {
    type: problemType(error.kind),
    title,
    status,
    detail: error.message,
    instance: path,
    ...error.extra,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers },
  });
}
