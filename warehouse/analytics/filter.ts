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
  'month',
  'hour',
  'weekday',
] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** By-files of this folder: `regime` is four of them, each prediction in at most one group of each. */
export type GroupFile = Exclude<Grouping, 'regime'> | 'all' | 'trend' | 'momentum' | 'volatility' | 'edge';

/** The by-files of a grouping, in the order of display. */
export function groupFiles(by: Grouping | 'all'): readonly GroupFile[] {
  return by === 'regime' ? ['trend', 'momentum', 'volatility', 'edge'] : [by];
}

/** @throws Error that says what is allowed */
export function allocationOf({ allocation = DEFAULT_ALLOCATION }: AnalyticsFilter): number {
  if (allocation > 0 && allocation <= 1) return allocation;
  throw new Error(`report: allocation ${allocation} is not above 0 and at most 1`);
}
