import {
  check,
  explain,
  MINING_DEFAULTS,
  mine,
  parsePredictionId,
  recompute,
  UserError,
} from '../engine/index.js';
import { type EnginePort, RefusedError } from '../server/index.js';
import type { Warehouse } from '../warehouse/index.js';
import { counted, duration } from './format.js';
import { importDocuments } from './import-documents.js';
import { plannedBars } from './recomputing.js';
import { stagesByPartition } from './stages.js';
import { findStrategy } from './strategies.js';

/** What the server's work stands on. */
export interface EngineSetting {
  /** Takes what is written. */
  readonly warehouse: Warehouse;
  /** What the server reads: the same, or a replica. */
  readonly scanned: Warehouse;
  /** Brings `scanned` to the state of `warehouse`. */
  readonly follow: () => Promise<void>;
  readonly threads: number;
}

/** What the server has done by the engine. A job has ended when what it wrote can be read. */
export function enginePort({ warehouse, scanned, follow, threads }: EngineSetting): EnginePort {
  return {
    recompute: (request, onProgress) =>
      refusing(async () => {
        let barsPlanned: number | null = null;
        let barsDone = 0;
        const report = await recompute(warehouse, {
          ...request,
          threads,
          onPlan: (plans) => {
            barsPlanned = plannedBars(plans);
            onProgress({ barsDone, barsPlanned });
          },
          onBars: (written) => {
            barsDone += written;
            onProgress({ barsDone, barsPlanned });
          },
        });
        await follow();
        const detail =
          report.runId === null
            ? 'nothing was stale'
            : `${counted(report.bars, 'bar')} computed in ${duration(report.elapsedMs)}`;
        return { runId: report.runId, detail };
      }),
    mine: ({ min_support, max_length, min_confidence, ...filter }) =>
      refusing(async () => {
        const { run, isNew } = await mine(scanned, warehouse, {
          ...filter,
          minSupport: min_support ?? MINING_DEFAULTS.minSupport,
          maxLength: max_length ?? MINING_DEFAULTS.maxLength,
          minConfidence: min_confidence ?? MINING_DEFAULTS.minConfidence,
          threads,
          isAside: threads > 0,
        });
        await follow();
        const detail = `${counted(run.trades, 'trade')} mined${isNew ? '' : ': the same was mined before'}`;
        return { runId: run.runId, detail };
      }),
    importStrategy: (document) =>
      refusing(async () => {
        const [imported] = await importDocuments(warehouse, new Map([['the document', document]]));
        await follow();
        const { strategy, version, created, warnings } = imported!;
        return { strategy, version, created, warnings };
      }),
    explain: (predictionId) =>
      refusing(async () => {
        const { strategy, symbol, interval, predictingAt } = parsePredictionId(predictionId);
        const record = await findStrategy(scanned, strategy);
        return explain(scanned, record, { symbol, interval }, predictingAt);
      }),
    stages: async () => {
      const stagesOf = await stagesByPartition(scanned);
      return (await scanned.partitions()).flatMap(({ symbol, interval }) =>
        stagesOf({ symbol, interval }).map((stage) => ({ symbol, interval, ...stage })),
      );
    },
    checks: () => check(scanned, { maxRows: 0 }),
  };
}

/** A user's mistake is the caller's there. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) throw new RefusedError(error.message, { cause: error });
    throw error;
  }
}
