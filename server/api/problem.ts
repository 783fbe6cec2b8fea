import { z } from '@hono/zod-openapi';

/** Kinds of problems: the last part of `type`, and what they are titled. They never change their meaning. */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  'invalid-parameter': { status: 400, title: 'A parameter is not valid' },
  'invalid-cursor': { status: 400, title: 'The cursor does not belong to this request' },
  'invalid-body': { status: 400, title: 'The body is not valid' },
  unauthorized: { status: 401, title: 'A valid bearer token is needed' },
  'writes-off': { status: 403, title: 'Writes are off: the server was started without a token' },
  'forbidden-host': { status: 403, title: 'The host is not one of this server' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'not-acceptable': { status: 406, title: 'No format of this route is acceptable' },
  'job-running': { status: 409, title: 'A job is under way' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-body': { status: 415, title: 'The body is of a type that this route does not take' },
  unprocessable: { status: 422, title: 'The request is understood and cannot be done' },
  'too-many-requests': { status: 429, title: 'Too many requests at a time' },
  internal: { status: 500, title: 'The server failed' },
  unavailable: { status: 503, title: 'The server cannot answer now' },
  timeout: { status: 503, title: 'The answer took too long' },
} as const;
export type ProblemKind = keyof typeof PROBLEMS;

/** Stable: made to be compared, not to be fetched. */
export const problemType = (kind: ProblemKind): string => `urn:klinemill:problem:${kind}`;

/** RFC 9457 */
export const PROBLEM = z
  .object({
    type: z
      .string()
      .openapi({ description: 'urn:klinemill:problem:KIND', example: problemType('invalid-parameter') }),
    title: z.string().openapi({ example: PROBLEMS['invalid-parameter'].title }),
    status: z.int().openapi({ example: 400 }),
    detail: z.string().openapi({ example: 'limit: must be a whole number from 1 to 10000' }),
    instance: z.string().optional().openapi({ description: 'path of the request', example: '/v1/klines' }),
    parameter: z
      .string()
      .optional()
      .openapi({ description: 'the parameter that is wrong', example: 'limit' }),
    allowed: z.array(z.string()).optional().openapi({ description: 'what is allowed instead' }),
  })
  .openapi('Problem');
export type Problem = z.infer<typeof PROBLEM>;
