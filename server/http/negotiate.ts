import { type ListFormat, MEDIA } from '../api/route.js';
import { ProblemError } from './problem-error.js';

interface Range {
  readonly type: string;
  readonly q: number;
}

function ranges(header: string): Range[] {
  return header.split(',').map((part) => {
    const [type = '', ...parameters] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const q = weight === undefined ? 1 : Number(weight.slice(2));
    return { type, q: Number.isNaN(q) ? 0 : q };
  });
}

/** The most exact range that a media type falls under decides. */
function quality(accepted: readonly Range[], media: string): number {
  const wildcard = `${media.slice(0, media.indexOf('/'))}/*`;
  for (const type of [media, wildcard, '*/*']) {
    const range = accepted.find((candidate) => candidate.type === type);
    if (range !== undefined) return range.q;
  }
  return 0;
}

/** Format of an answer. @throws ProblemError when none is acceptable */
export function negotiate(accept: string | undefined, formats: readonly ListFormat[]): ListFormat {
  if (accept === undefined || accept === '' || accept === '*/*') return formats[0]!;
  const accepted = ranges(accept);
  let best: ListFormat | null = null;
  let bestQuality = 0;
  for (const format of formats) {
    const q = quality(accepted, MEDIA[format]);
    if (q > bestQuality) [best, bestQuality] = [format, q];
  }
  if (best !== null) return best;
  const allowed = formats.map((format) => MEDIA[format]);
  throw new ProblemError('not-acceptable', `Accept must name one of ${allowed.join(', ')}`, { allowed });
}

/** True when the caller takes gzip. */
export function takesGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  return ranges(header).some(({ type, q }) => (type === 'gzip' || type === 'x-gzip') && q > 0);
}
