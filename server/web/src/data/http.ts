/** What a path is asked with; undefined and empty ones are left out. */
export type Params = Readonly<Record<string, string | number | boolean | undefined>>;

/** An answer of RFC 9457. `type` is stable, `message` is for people. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    message: string,
    readonly type: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** Path with query; arrays are repeated by the caller's join. */
export function address(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value !== undefined && value !== '') query.set(name, String(value));
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** @throws Problem when the server refuses; TypeError when it is not there */
export async function request(
  path: string,
  params: Params,
  accept: string,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(address(path, params), { headers: { accept }, signal });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Problem(
    problem.detail ?? problem.title ?? `${path} answered ${response.status}`,
    problem.type ?? 'about:blank',
    response.status,
  );
}

export async function getJson<T>(path: string, params: Params, signal: AbortSignal): Promise<T> {
  return (await request(path, params, 'application/json', signal)).json() as Promise<T>;
}
