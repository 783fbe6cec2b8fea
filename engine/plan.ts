import type { Head, KlineChange, PartitionKey, PartitionState, StrategyRecord } from '../warehouse/index.js';
import { durationOf } from './interval.js';
import { compileStrategy } from './strategy/compile.js';
import { strategyVersions, type Versions } from './versions.js';

/** Everything that decides what is stale; plain data, read from the warehouse. */
export interface PlanInput {
  readonly partitions: readonly PartitionState[];
  readonly changes: readonly KlineChange[];
  readonly heads: readonly Head[];
  readonly strategies: readonly StrategyRecord[];
  readonly versions: Versions;
  readonly filter?: PlanFilter;
  /** Everything that the filter leaves is stale. */
  readonly force?: boolean;
}

export interface PlanFilter {
  readonly symbol?: string | undefined;
  readonly interval?: string | undefined;
  readonly strategy?: string | undefined;
}

/** One pass over a partition: everything that is stale from the same bar on. */
export interface Pass {
  /** close_time of the first stale bar; null: from the first bar. */
  readonly from: number | null;
  /** Codes to write; all codes of the catalog, or those with another kernel version. */
  readonly codes: readonly string[];
  readonly strategies: readonly StrategyRecord[];
  readonly reason: string;
}

/** Contested exits of stored results to decide again, because finer bars came or changed. */
export interface Refinement {
  readonly strategy: StrategyRecord;
  /** Close times of the changed finer bars, both ends included. */
  readonly changed: readonly { readonly fromTime: number; readonly toTime: number }[];
}

/** All work on one partition, in this order: passes, then refinements. */
export interface PartitionPlan {
  readonly partition: PartitionState;
  readonly passes: readonly Pass[];
  readonly refinements: readonly Refinement[];
}

/** What a stage of a partition lacks. */
interface Staleness {
  readonly from: number | null;
  readonly reason: string;
}

/** What is stale, and nothing else. Pure. Big partitions come first, so that threads end together. */
export function planRecompute(input: PlanInput): PartitionPlan[] {
  const changes = new Map<string, KlineChange[]>();
  for (const change of input.changes) push(changes, partitionId(change), change);
  const heads = new Map(input.heads.map((head) => [headId(head, head.strategyId), head]));
  const newest = input.strategies.filter(
    (s) => s.isNewest && s.isEnabled && matches(s, input.filter?.strategy),
  );
  const plans = input.partitions
    .filter((p) => p.rows > 0 && matchesPartition(p, input.filter))
    .map((partition) => planPartition(partition, input, changes, heads, newest))
    .filter((plan) => plan.passes.length > 0 || plan.refinements.length > 0);
  return plans.sort(
    (a, b) =>
      b.partition.rows - a.partition.rows || compare(partitionId(a.partition), partitionId(b.partition)),
  );
}

function planPartition(
  partition: PartitionState,
  input: PlanInput,
  changes: ReadonlyMap<string, readonly KlineChange[]>,
  heads: ReadonlyMap<string, Head>,
  strategies: readonly StrategyRecord[],
): PartitionPlan {
  const own = changes.get(partitionId(partition)) ?? [];
  const finer = finerChanges(partition, input.changes);
  const allCodes = Object.keys(input.versions.codes);
  const groups = new Map<
    number | null,
    { codes: readonly string[]; strategies: StrategyRecord[]; reasons: string[] }
  >();
  const join = ({ from, reason }: Staleness) => {
    const group = groups.get(from) ?? { codes: [], strategies: [], reasons: [] };
    if (!group.reasons.includes(reason)) group.reasons.push(reason);
    groups.set(from, group);
    return group;
  };

  const indicatorHead = heads.get(headId(partition, null));
  const stale = staleness(indicatorHead, own, input.force);
  const raised = allCodes.filter((code) => indicatorHead?.versions[code] !== input.versions.codes[code]);
  if (stale !== null && (stale.from === null || raised.length === 0)) join(stale).codes = allCodes;
  // A raised kernel beside changed bars: a checkpoint of the old kernel cannot be resumed, so all codes from the start.
  else if (stale !== null) join({ from: null, reason: `${stale.reason}; kernel version` }).codes = allCodes;
  else if (raised.length > 0) join({ from: null, reason: 'kernel version' }).codes = raised;
  const indicatorsFromStart = groups.has(null);

  const refinements: Refinement[] = [];
  for (const strategy of strategies) {
    if (!compileStrategy(strategy, partition.interval).applies(partition.symbol)) continue;
    const head = heads.get(headId(partition, strategy.strategyId));
    const wanted = strategyVersions(strategy.document, input.versions);
    let lack = staleness(head, own, input.force);
    if (lack === null || lack.from !== null) {
      if (!sameVersions(head!.versions, wanted)) lack = { from: null, reason: 'kernel version' };
      // Resuming needs checkpoints of the running kernels; where the indicators start over, so does this.
      else if (lack !== null && indicatorsFromStart) lack = { ...lack, from: null };
    }
    if (lack !== null) join(lack).strategies.push(strategy);
    if (lack === null || lack.from !== null) {
      const changed = finer.filter((change) => change.seq > head!.finerSeq);
      if (changed.length > 0) refinements.push({ strategy, changed });
    }
  }

  const passes = [...groups].map(([from, { codes, strategies, reasons }]) => ({
    from,
    codes,
    strategies,
    reason: reasons.join('; '),
  }));
  return { partition, passes, refinements };
}

/** Stale by missing, forced or changed bars; null: fresh. */
function staleness(
  head: Head | undefined,
  own: readonly KlineChange[],
  force: boolean | undefined,
): Staleness | null {
  if (head === undefined) return { from: null, reason: 'never computed' };
  if (force === true) return { from: null, reason: 'forced' };
  let from = Number.POSITIVE_INFINITY;
  for (const change of own) if (change.seq > head.seq) from = Math.min(from, change.fromTime);
  if (from === Number.POSITIVE_INFINITY) return null;
  return { from, reason: from > head.lastCloseTime ? 'new bars' : 'changed bars' };
}

/** Changes of partitions of the same symbol whose bars can fill a bar of this one. */
function finerChanges(partition: PartitionKey, changes: readonly KlineChange[]): KlineChange[] {
  const duration = durationOf(partition.interval);
  return changes.filter(
    ({ symbol, interval }) =>
      symbol === partition.symbol && durationOf(interval) < duration && duration % durationOf(interval) === 0,
  );
}

function sameVersions(
  stored: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(wanted);
  return names.length === Object.keys(stored).length && names.every((name) => stored[name] === wanted[name]);
}

function matchesPartition(partition: PartitionKey, filter: PlanFilter | undefined): boolean {
  return (
    (filter?.symbol === undefined || filter.symbol === partition.symbol) &&
    (filter?.interval === undefined || filter.interval === partition.interval)
  );
}

function matches(strategy: StrategyRecord, name: string | undefined): boolean {
  return name === undefined || strategy.document.strategy === name;
}

function partitionId({ symbol, interval }: PartitionKey): string {
  return `${symbol}|${interval}`;
}

function headId(key: PartitionKey, strategyId: number | null): string {
  return `${partitionId(key)}|${strategyId ?? ''}`;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
