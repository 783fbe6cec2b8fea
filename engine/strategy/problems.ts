import { UserError } from '../errors.js';

/** Values longer than this are cut in messages. */
const SHOWN = 60;

/**
 * Everything that is wrong with a document, found in one go: readers report and return a stand-in, so that the fields
 * after a wrong one are looked at too.
 */
export class Problems {
  private readonly lines: string[] = [];
  /** Mappings that are none: their fields are not reported as missing too. */
  private readonly broken: string[] = [];

  /** @param allowed what may stand at `path`, as words after "allowed:" */
  add(path: string, value: unknown, allowed: string): void {
    if (this.broken.some((parent) => path.startsWith(parent))) return;
    this.lines.push(
      value === undefined
        ? `${path}: missing; allowed: ${allowed}`
        : `${path}: ${shown(value)}; allowed: ${allowed}`,
    );
  }

  /** @throws UserError that lists all problems, if there are any */
  throwIfAny(area: string): void {
    const { lines } = this;
    if (lines.length === 0) return;
    const count = lines.length === 1 ? 'one problem' : `${lines.length} problems`;
    throw new UserError(`${area}: refused, ${count}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  }

  /** The mapping at `path`, its unknown keys reported; an empty one when it is something else. */
  mapping(value: unknown, path: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.add(path === '' ? 'document' : path, value, `a mapping with ${keys.join(', ')}`);
      this.broken.push(join(path, ''));
      return {};
    }
    for (const key of Object.keys(value))
      if (!keys.includes(key)) this.add(join(path, key), `unknown key`, keys.join(', '));
    return value as Record<string, unknown>;
  }

  list(value: unknown, path: string, allowed: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    this.add(path, value, allowed);
    return [];
  }

  /** Text that `accepts` takes; `fallback` where it is absent and may be. */
  text(
    value: unknown,
    path: string,
    allowed: string,
    accepts: (text: string) => boolean,
    fallback?: string,
  ): string {
    if (fallback !== undefined && (value === undefined || value === null)) return fallback;
    if (typeof value === 'string' && accepts(value)) return value;
    this.add(path, value, allowed);
    return fallback ?? '';
  }

  oneOf<T extends string>(value: unknown, path: string, allowed: readonly T[], fallback?: T): T {
    const text = this.text(
      value,
      path,
      `one of ${allowed.join(', ')}`,
      (t) => allowed.includes(t as T),
      fallback,
    );
    return text as T;
  }

  /** A finite number that `accepts` takes; NaN otherwise. */
  number(
    value: unknown,
    path: string,
    allowed: string,
    accepts: (n: number) => boolean,
    fallback?: number,
  ): number {
    if (fallback !== undefined && (value === undefined || value === null)) return fallback;
    if (typeof value === 'number' && Number.isFinite(value) && accepts(value)) return value;
    this.add(path, value, allowed);
    return Number.NaN;
  }
}

export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function shown(value: unknown): string {
  if (value === 'unknown key') return value;
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}...`;
}
