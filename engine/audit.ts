import {
  type PartitionState,
  readWindowBreach,
  type StrategyRecord,
  type Warehouse,
} from '../warehouse/index.js';
import { EveryPrefixAudit } from './audit/every-prefix.js';
import type { Leak } from './audit/leak.js';
import { PrefixAudit } from './audit/prefix-audit.js';
import { klineArrays } from './kline-arrays.js';
import { BlockHasher } from './lineage.js';
import { BLOCK_ROWS } from './pipeline.js';
import type { PlanFilter } from './plan.js';
import { Random } from './random.js';
import { plan } from './recompute.js';
import { compileStrategy } from './strategy/compile.js';
import { type VerifyProblem, verify } from './verify.js';

export interface AuditOptions extends PlanFilter {
  /** Every fact is recomputed, and each bar computed before the next is known; else some prefixes of each partition. */
  readonly all: boolean;
  /** Worker threads of the recomputation. */
  readonly threads: number;
  readonly onBars?: ((bars: number) => void) | undefined;
}

/** Something that does not hold: the first offending row of a check and partition. */
export interface AuditProblem extends Omit<VerifyProblem, 'table'> {
  readonly check: 'verify' | 'leakage' | 'windows';
  readonly table: string;
}

export interface AuditReport {
  readonly problems: readonly AuditProblem[];
  /** Partitions that wait for a recompute: they were not looked at. */
  readonly stale: readonly { readonly symbol: string; readonly interval: string }[];
  readonly partitions: number;
  /** Prefixes computed without their future. */
  readonly prefixes: number;
}

/** Prefixes of a partition unless all are asked for, each in a block of its own. */
const SAMPLED_PREFIXES = 3;

/**
 * The three proofs in one: facts are what their klines make them (verify), no value knows a later bar (leakage: prefixes
 * computed without their future), and no trade looked past its window. Writes nothing.
 *
 * @param scanned where the trades are scanned: the warehouse itself or a DuckDB replica of it, brought up to date
 */
export async function audit(
  scanned: Warehouse,
  warehouse: Warehouse,
  options: AuditOptions,
): Promise<AuditReport> {
  const problems: AuditProblem[] = [];
  const { plans } = await plan(warehouse, options);
  const stale = plans.map(({ partition: { symbol, interval } }) => ({ symbol, interval }));
  const isStale = new Set(stale.map(({ symbol, interval }) => `${symbol}|${interval}`));
  const partitions = (await warehouse.partitions()).filter(
    ({ symbol, interval }) =>
      !isStale.has(`${symbol}|${interval}`) &&
      (options.symbol ?? symbol) === symbol &&
      (options.interval ?? interval) === interval,
  );
  const strategies = (await warehouse.strategies()).filter(
    ({ isNewest, isEnabled, document }) =>
      isNewest && isEnabled && (options.strategy ?? document.strategy) === document.strategy,
  );
  if (options.all) {
    const report = await verify(warehouse, options);
    problems.push(...report.problems.map((problem) => ({ ...problem, check: 'verify' as const })));
  }
  let prefixes = 0;
  for (const partition of partitions) {
    const applying = strategies.filter((record) =>
      compileStrategy(record, partition.interval).applies(partition.symbol),
    );
    // verify compares the hashes too.
    const changed = options.all ? null : await changedKlines(warehouse, partition);
    if (changed !== null) problems.push(changed);
    let leak: Leak | null;
    if (options.all) {
      prefixes += partition.rows;
      leak = await new EveryPrefixAudit(warehouse, partition, applying).run(options.onBars);
    } else {
      const cuts = cutsOf(partition);
      prefixes += cuts.length;
      leak = await new PrefixAudit(warehouse, partition, applying).run(cuts, options.onBars);
    }
    if (leak !== null) {
      const { table, strategy, at, message } = leak;
      problems.push({ check: 'leakage', table, ...placeOf(partition, strategy), at, message });
    }
    for (const record of applying) {
      const { symbol, interval } = partition;
      const breach = await readWindowBreach(scanned, record, { symbol, interval });
      if (breach === null) continue;
      const { predicting_at: at, what: message } = breach;
      const table = 'fact_prediction_result';
      problems.push({ check: 'windows', table, ...placeOf(partition, record), at, message });
    }
  }
  return { problems, stale, partitions: partitions.length, prefixes };
}

function placeOf({ symbol, interval }: PartitionState, record: StrategyRecord | null) {
  const strategy = record?.document.strategy ?? null;
  return { strategy, version: record?.version ?? null, symbol, interval };
}

/** Lengths of the sampled prefixes, rising. The same ones each time. */
function cutsOf({ rows }: PartitionState): number[] {
  const random = new Random(rows);
  const blocks = Array.from({ length: Math.ceil(rows / BLOCK_ROWS) }, (_, block) => block);
  while (blocks.length > SAMPLED_PREFIXES) blocks.splice(random.whole(0, blocks.length - 1), 1);
  return blocks.map((block) => {
    const first = block * BLOCK_ROWS;
    return first + random.whole(1, Math.min(BLOCK_ROWS, rows - first));
  });
}

/** Klines that are not those that the lineage was made of; every bar is hashed, which costs little. */
async function changedKlines(warehouse: Warehouse, partition: PartitionState): Promise<AuditProblem | null> {
  const hasher = new BlockHasher(0);
  const hashes = [];
  for await (const batch of warehouse.scanKlines(partition, {}))
    hashes.push(...hasher.push(klineArrays(batch), batch.numRows));
  const last = hasher.finish();
  if (last !== null) hashes.push(last);
  const stored = await warehouse.lineage(partition);
  for (let b = 0; b < Math.max(hashes.length, stored.length); b++) {
    const was = stored[b]?.klineHash ?? 'missing';
    const is = hashes[b]?.klineHash ?? 'missing';
    if (was === is) continue;
    const at = hashes[b]?.closeTime ?? stored[b]!.closeTime;
    const message = `kline hash of block ${b} is ${was}, recomputed ${is}`;
    return { check: 'verify', table: 'lineage', ...placeOf(partition, null), at, message };
  }
  return null;
}
