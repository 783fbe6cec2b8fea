import type { ReadFilter } from '../reads/rows.js';

/** What analytics looks at. Absent: everything. */
export interface AnalyticsFilter extends ReadFilter {
  /** `NAME` (its newest version) or `NAME@VERSION`. Absent: the newest version of every enabled strategy. */
  readonly strategy?: string;
  readonly side?: 'BUY' | 'SELL';
  /** Half-open `[from, to)` on predicting_at, epoch ms UTC. */
  readonly from?: number;
  readonly to?: number;
  /** Leaves EXPIRED trades out of every figure but the counts. */
  readonly confirmedOnly?: boolean;
  /** Share of equity that a trade gets, in (0, 1]. */
  readonly allocation?: number;
}

export const DEFAULT_ALLOCATION = 0.1;

/** What figures can be broken down by; the first is the default. */
export const GROUPINGS = [
  'partition',
  'symbol',
  'interval',
  'side',
  'regime',
  'partition-regime',
  'month',
  'hour',
  'weekday',
] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** By-files of this folder. */
export type GroupFile =
  | Exclude<Grouping, 'regime' | 'partition-regime'>
  | 'all'
  | 'trend'
  | 'momentum'
  | 'volatility'
  | 'edge';

/** A by-file, whose groups are those of everything, or of each partition. */
export interface GroupPart {
  readonly file: GroupFile;
  readonly inPartition: boolean;
}

/** Regimes are four by-files, each prediction in at most one group of each. */
const REGIME_FILES = ['trend', 'momentum', 'volatility', 'edge'] as const;

export const hasRegimes = (by: Grouping | 'all'): boolean => by === 'regime' || by === 'partition-regime';

/** What a grouping is made of, in the order of display. */
export function groupParts(by: Grouping | 'all'): readonly GroupPart[] {
  if (by === 'regime' || by === 'partition-regime')
    return REGIME_FILES.map((file) => ({ file, inPartition: by === 'partition-regime' }));
  return [{ file: by, inPartition: false }];
}

/** @throws Error that says what is allowed */
export function allocationOf({ allocation = DEFAULT_ALLOCATION }: AnalyticsFilter): number {
  if (allocation > 0 && allocation <= 1) return allocation;
  throw new Error(`report: allocation ${allocation} is not above 0 and at most 1`);
}
