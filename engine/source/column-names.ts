import { UserError } from '../errors.js';
import { COLUMN, COLUMN_COUNT } from './kline-chunk.js';

/** Names of SPEC 2's columns, in its order. */
export const SLOT_NAMES = Object.keys(COLUMN).map((name) => name.toLowerCase());

/**
 * Other names of each column, the likelier ones first: those of the exchange's dumps and its REST documents, of pandas'
 * frames and their index, of freqtrade's feather. Case, blanks, `_` and `-` do not count.
 */
const ALIASES: readonly (readonly string[])[] = [
  ['opentime', 'timestamp', 'datetime', 'date', 'time', 'ts', 'indexlevel0'],
  ['open', 'openprice'],
  ['high', 'highprice'],
  ['low', 'lowprice'],
  ['close', 'closeprice'],
  ['volume', 'vol', 'basevolume', 'baseassetvolume'],
  ['closetime', 'closetimestamp'],
  ['quotevolume', 'quoteassetvolume', 'qav'],
  ['tradecount', 'count', 'trades', 'numberoftrades', 'numtrades', 'tradenum'],
  ['takerbuybase', 'takerbuyvolume', 'takerbuybasevolume', 'takerbuybaseassetvolume', 'takerbasevolume'],
  ['takerbuyquote', 'takerbuyquotevolume', 'takerbuyquoteassetvolume', 'takerquotevolume'],
];

/** Columns that a file must have; close_time follows from the interval, the last four may be unknown. */
const NEEDED = [COLUMN.OPEN_TIME, COLUMN.OPEN, COLUMN.HIGH, COLUMN.LOW, COLUMN.CLOSE, COLUMN.VOLUME];

/** Which column of a file holds what: `--map open=o,high=h`, SPEC's name before the file's. */
export type ColumnMap = ReadonlyMap<string, string>;

/** Index of the file's column for each of SPEC 2's, -1 where it has none. */
export type Slots = readonly number[];

/** @throws UserError for anything but `name=column,...` with names of SPEC 2, each once */
export function parseColumnMap(text: string): ColumnMap {
  const map = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    const column = part.slice(at + 1).trim();
    if (at < 0 || column === '') throw new UserError(`--map: '${part}' is not NAME=COLUMN`);
    if (!SLOT_NAMES.includes(name))
      throw new UserError(`--map: '${name}' is not one of ${SLOT_NAMES.join(', ')}`);
    if (map.has(name)) throw new UserError(`--map: '${name}' is given twice`);
    map.set(name, column);
  }
  return map;
}

/**
 * Finds the columns of a file by their names.
 *
 * @throws UserError when a needed one is missing, a mapped one does not exist, or two columns have one name
 */
export function findSlots(file: string, columns: readonly string[], map?: ColumnMap): Slots {
  const slots = slotsOf(file, columns, map);
  const missing = NEEDED.filter((slot) => slots[slot]! < 0).map((slot) => SLOT_NAMES[slot]!);
  if (missing.length > 0)
    throw new UserError(
      `load: '${file}' has no column for ${missing.join(', ')}; it has ${listed(columns)} (name them by --map ${missing[0]}=COLUMN,...)`,
    );
  return slots;
}

/** As `findSlots`, and null when a needed column is missing: a header whose names say nothing. */
export function recogniseSlots(file: string, columns: readonly string[]): Slots | null {
  const slots = slotsOf(file, columns);
  return NEEDED.every((slot) => slots[slot]! >= 0) ? slots : null;
}

/**
 * True when the names say nothing against the positions of SPEC 2: every name that is known stands where it must, and a
 * close_time may hide behind a name that is not.
 */
export function areSpecOrder(slots: Slots, columns: number): boolean {
  return (
    columns > COLUMN.CLOSE_TIME &&
    slots.every((column, slot) => column === slot || (column < 0 && slot >= COLUMN.CLOSE_TIME))
  );
}

function slotsOf(file: string, columns: readonly string[], map?: ColumnMap): number[] {
  const plain = columns.map((name) => name.toLowerCase().replace(/[\s_-]/g, ''));
  const taken = new Set<number>();
  const slots: number[] = new Array(COLUMN_COUNT).fill(-1);
  for (const [name, column] of map ?? []) {
    const index = onlyIndex(file, columns, columns, column);
    if (index < 0)
      throw new UserError(`--map: '${file}' has no column '${column}'; it has ${listed(columns)}`);
    slots[SLOT_NAMES.indexOf(name)] = index;
    taken.add(index);
  }
  for (let slot = 0; slot < COLUMN_COUNT; slot++)
    for (const alias of ALIASES[slot]!) {
      if (slots[slot]! >= 0) break;
      const index = onlyIndex(file, columns, plain, alias);
      if (index >= 0 && !taken.has(index)) slots[slot] = index;
    }
  return slots;
}

function onlyIndex(file: string, columns: readonly string[], names: readonly string[], name: string): number {
  const index = names.indexOf(name);
  const second = names.indexOf(name, index + 1);
  if (index >= 0 && second >= 0)
    throw new UserError(
      `load: '${file}' has two columns of one name, '${columns[index]}' and '${columns[second]}'`,
    );
  return index;
}

const LISTED = 30;

function listed(columns: readonly string[]): string {
  const shown = columns.slice(0, LISTED).map((name) => JSON.stringify(name.slice(0, 50)));
  return columns.length > LISTED
    ? `${shown.join(', ')} and ${columns.length - LISTED} more`
    : shown.join(', ');
}
