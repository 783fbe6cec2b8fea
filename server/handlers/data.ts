import { OpenAPIHono } from '@hono/zod-openapi';
import { factRows, type RunRecord, readGaps, readStatus } from '../../warehouse/index.js';
import * as routes from '../api/data.js';
import type { StageRow } from '../deps.js';
import { answerDocument } from '../http/answer.js';
import { answerFacts, answerRows } from '../http/list.js';
import { onInvalid } from '../http/on-invalid.js';
import { ProblemError } from '../http/problem-error.js';
import type { Services } from '../http/services.js';
import { checkPartition } from './filters.js';

/** Runs that are told; a run is a command, so this is years of them. */
const MAX_RUNS = 1_000_000;

interface PartitionQuery {
  readonly symbol?: string | undefined;
  readonly interval?: string | undefined;
}

const runRow = ({ runId, kind, status, startedAt, finishedAt, detail }: RunRecord) => ({
  run_id: runId,
  kind,
  status,
  started_at: startedAt,
  finished_at: finishedAt,
  detail,
});

/** Quality of the data, and what was done to it. */
export function dataHandlers(services: Services) {
  const { warehouse, engine } = services.deps;
  const { clock } = services;
  const inQuery =
    (query: PartitionQuery) =>
    ({ symbol, interval }: { readonly symbol: string; readonly interval: string }): boolean =>
      (query.symbol ?? symbol) === symbol && (query.interval ?? interval) === interval;
  const check = async (query: PartitionQuery): Promise<void> => checkPartition(await clock.names(), query);
  const runOf = async (runId: number): Promise<RunRecord> => {
    const found = (await warehouse.runs(MAX_RUNS)).find((candidate) => candidate.runId === runId);
    if (found === undefined) throw new ProblemError('not-found', `there is no run ${runId}`);
    return found;
  };
  return new OpenAPIHono({ defaultHook: onInvalid })
    .openapi(routes.gaps, (c) => {
      const query = c.req.valid('query');
      return answerRows(c, services, routes.gaps, query, ['symbol', 'interval', 'from_time'], async () => {
        await check(query);
        return (await readGaps(warehouse)).filter(inQuery(query)).map((gap) => ({ ...gap }));
      });
    })
    .openapi(routes.rejects, (c) => {
      const query = c.req.valid('query');
      return answerFacts(c, services, routes.rejects, query, (names) => {
        checkPartition(names, query);
        return factRows.rejects(names, query, query.reason);
      });
    })
    .openapi(routes.checks, (c) =>
      answerRows(c, services, routes.checks, c.req.valid('query'), ['n'], async () =>
        (await engine.checks()).map(({ check: name, level, sound, found, bars }, i) => ({
          n: i + 1,
          check: name,
          level,
          sound,
          found,
          bars,
        })),
      ),
    )
    .openapi(routes.status, (c) => {
      const query = c.req.valid('query');
      return answerRows(c, services, routes.status, query, ['symbol', 'interval'], async () => {
        await check(query);
        const stages = await engine.stages();
        return (await readStatus(warehouse)).filter(inQuery(query)).map((row) => {
          const own = stages.filter(
            (stage) => stage.symbol === row.symbol && stage.interval === row.interval,
          );
          return {
            symbol: row.symbol,
            interval: row.interval,
            rows: row.rows,
            first_close_time: row.firstCloseTime,
            last_close_time: row.lastCloseTime,
            gaps: row.gaps,
            missing: row.missing,
            rejects: Object.values(row.rejects).reduce((sum, count) => sum + count, 0),
            stages: own.length,
            stale_stages: own.filter((stage) => stage.is_stale).length,
          };
        });
      });
    })
    .openapi(routes.stages, (c) => {
      const query = c.req.valid('query');
      const key = ['symbol', 'interval', 'stage', 'strategy', 'version'];
      return answerRows(c, services, routes.stages, query, key, async () => {
        await check(query);
        return (await engine.stages()).filter(inQuery(query)).map((stage: StageRow) => ({ ...stage }));
      });
    })
    .openapi(routes.runs, (c) => {
      const query = c.req.valid('query');
      return answerRows(c, services, routes.runs, query, ['run_id'], async () =>
        (await warehouse.runs(MAX_RUNS))
          .filter(({ kind, status }) => (query.kind ?? kind) === kind && (query.status ?? status) === status)
          .map(runRow)
          .sort((a, b) => a.run_id - b.run_id),
      );
    })
    .openapi(routes.run, (c) =>
      answerDocument(c, services, async () => runRow(await runOf(c.req.valid('param').run_id!))),
    )
    .openapi(routes.tasks, (c) =>
      answerRows(c, services, routes.tasks, c.req.valid('query'), ['task_id'], async () => {
        const { runId } = await runOf(c.req.valid('param').run_id!);
        const { strategies } = await clock.names();
        const nameOf = new Map(
          strategies.map(({ strategyId, document, version }) => [
            strategyId,
            `${document.strategy}@${version}`,
          ]),
        );
        return (await warehouse.tasks(runId)).map((task, i) => ({
          task_id: i + 1,
          stage: task.stage,
          strategy: task.strategyId === null ? null : (nameOf.get(task.strategyId) ?? null),
          symbol: task.symbol,
          interval: task.interval,
          from_time: task.fromTime,
          to_time: task.toTime,
          bars: task.bars,
          rows_written: task.rowsWritten,
          codes: task.codes.join(';'),
          reason: task.reason,
          kline_hash: task.klineHash,
          elapsed_ms: task.elapsedMs,
        }));
      }),
    );
}
