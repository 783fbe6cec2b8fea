import type { z } from 'zod';
import { type PartitionPlan, plan } from '../engine/index.js';
import type { Head, PartitionKey, StrategyRecord, Warehouse } from '../warehouse/index.js';
import type { STATUS_OUTPUT } from './schemas/status.js';

type StatusPartition = z.input<typeof STATUS_OUTPUT>['partitions'][number];
/** How far a stage of a partition is, under the names of `status --json`. */
export type Stage = StatusPartition['stages'][number];

/**
 * Stages of a partition: those that were computed, and those that the plan wants. Older versions of a strategy are left
 * out: their facts stay as they are.
 */
export async function stagesByPartition(warehouse: Warehouse): Promise<(key: PartitionKey) => Stage[]> {
  const { plans } = await plan(warehouse, {});
  const heads = await warehouse.heads();
  const newest = (await warehouse.strategies()).filter((record) => record.isNewest);
  return (key) => {
    const planned = plans.find(({ partition }) => isSame(partition, key));
    const own = heads.filter((head) => isSame(head, key));
    const wanted = staleStrategies(planned);
    return [
      stage(
        null,
        own.find((head) => head.strategyId === null),
        indicatorReason(planned),
      ),
      ...newest.flatMap((record) => {
        const head = own.find(({ strategyId }) => strategyId === record.strategyId);
        const reason = wanted.get(record.strategyId) ?? null;
        return head === undefined && reason === null ? [] : [stage(record, head, reason)];
      }),
    ];
  };
}

function stage(record: StrategyRecord | null, head: Head | undefined, reason: string | null): Stage {
  return {
    stage: record === null ? 'indicators' : 'strategy',
    strategy: record?.document.strategy ?? null,
    version: record?.version ?? null,
    rows: head?.rows ?? 0,
    last_close_time: head?.lastCloseTime ?? null,
    run_id: head?.runId ?? null,
    is_stale: reason !== null,
    reason,
  };
}

function indicatorReason(planned: PartitionPlan | undefined): string | null {
  return planned?.passes.find((pass) => pass.codes.length > 0)?.reason ?? null;
}

function staleStrategies(planned: PartitionPlan | undefined): Map<number, string> {
  const reasons = new Map<number, string>();
  for (const pass of planned?.passes ?? [])
    for (const { strategyId } of pass.strategies) reasons.set(strategyId, pass.reason);
  for (const { strategy } of planned?.refinements ?? []) reasons.set(strategy.strategyId, 'finer bars');
  return reasons;
}

function isSame(a: PartitionKey, b: PartitionKey): boolean {
  return a.symbol === b.symbol && a.interval === b.interval;
}
