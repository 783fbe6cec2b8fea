import type { z } from '@hono/zod-openapi';
import type { JOB } from '../api/jobs.js';
import { type EnginePort, type JobOutcome, type JobProgress, RefusedError } from '../deps.js';
import { ProblemError } from '../http/problem-error.js';

export type Job = Readonly<z.infer<typeof JOB>>;

/** Jobs kept for callers who come back to look; those before are in the ledger. */
const MAX_JOBS = 200;

/** Jobs of this process, one at a time, and who listens to them. */
export class JobBook {
  readonly #engine: EnginePort;
  readonly #log: (line: string) => void;
  #jobs: Job[] = [];
  #last = 0;
  #running: Promise<void> | null = null;
  #isEnding = false;
  readonly #listeners = new Set<(job: Job) => void>();

  constructor(engine: EnginePort, log: (line: string) => void) {
    this.#engine = engine;
    this.#log = log;
  }

  all(): readonly Job[] {
    return this.#jobs;
  }

  /** @returns what ends the listening */
  listen(listener: (job: Job) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Starts a job and does not wait for it. @throws ProblemError while another runs */
  start(
    kind: Job['kind'],
    work: (engine: EnginePort, onProgress: (progress: JobProgress) => void) => Promise<JobOutcome>,
  ): Job {
    this.#refuseWhileRunning();
    const job: Job = {
      job_id: ++this.#last,
      kind,
      status: 'RUNNING',
      started_at: Date.now(),
      finished_at: null,
      bars_done: 0,
      bars_planned: null,
      run_id: null,
      detail: '',
    };
    this.#jobs = [...this.#jobs, job].slice(-MAX_JOBS);
    this.#tell(job);
    this.#running = this.#run(job.job_id, work).finally(() => {
      this.#running = null;
    });
    return job;
  }

  /** Runs something short that writes; not beside a job. */
  async exclusively<T>(work: (engine: EnginePort) => Promise<T>): Promise<T> {
    this.#refuseWhileRunning();
    const result = work(this.#engine);
    this.#running = result.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await result;
    } finally {
      this.#running = null;
    }
  }

  /** Starts nothing more, stops a job at its next progress, and resolves when none runs. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#running;
  }

  #refuseWhileRunning(): void {
    if (this.#isEnding) throw new ProblemError('unavailable', 'the server is ending');
    if (this.#running === null) return;
    const running = this.#jobs.find(({ status }) => status === 'RUNNING');
    throw new ProblemError(
      'job-running',
      running === undefined
        ? 'an import is under way; try again in a moment'
        : `job ${running.job_id} (${running.kind}) is under way: GET /v1/jobs/${running.job_id}`,
    );
  }

  async #run(
    id: number,
    work: (engine: EnginePort, onProgress: (progress: JobProgress) => void) => Promise<JobOutcome>,
  ): Promise<void> {
    try {
      const { runId, detail } = await work(this.#engine, ({ barsDone, barsPlanned }) => {
        if (this.#isEnding) throw new RefusedError('stopped, since the server is ending');
        this.#move(id, { bars_done: barsDone, bars_planned: barsPlanned });
      });
      this.#move(id, { status: 'DONE', finished_at: Date.now(), run_id: runId, detail });
    } catch (error) {
      // What the engine says to people is theirs; anything else may name files, and goes to the log.
      const isRefusal = error instanceof RefusedError;
      const detail = isRefusal ? error.message : 'the job failed; the server has written down why';
      if (!isRefusal) this.#log(`job ${id} failed: ${String(error)}`);
      this.#move(id, { status: 'FAILED', finished_at: Date.now(), detail });
    }
  }

  #move(id: number, change: Partial<Job>): void {
    this.#jobs = this.#jobs.map((job) => (job.job_id === id ? { ...job, ...change } : job));
    const job = this.#jobs.find(({ job_id }) => job_id === id);
    if (job !== undefined) this.#tell(job);
  }

  #tell(job: Job): void {
    for (const listener of this.#listeners) listener(job);
  }
}
