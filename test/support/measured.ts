import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StreamReport } from '../../engine/index.js';
import { BROKERS } from './kafka.js';

export interface Measurement {
  readonly report: StreamReport;
  /** From ready to the last commit. */
  readonly elapsedMs: number;
  /** ms by part of the transactions. */
  readonly parts: Readonly<Record<string, number>>;
  /** Messages taken in, and bytes of resident memory then. */
  readonly memory: readonly (readonly [taken: number, bytes: number])[];
  /** Of every message of a stream without end, in the order of the commits. */
  readonly latencies: readonly (readonly [producedAt: number, ms: number])[];
}

/** A consumer in a process of its own that measures itself. */
export class Measured {
  /** @throws Error when it fails */
  readonly ended: Promise<Measurement>;
  readonly #child: ChildProcess;
  #taken = 0;
  #heard: () => void = () => {};

  constructor(options: {
    readonly url: string;
    readonly topic: string;
    readonly publish: boolean;
    readonly untilEnd: boolean;
    readonly now: number;
  }) {
    const main = fileURLToPath(new URL('./stream-measure.mjs', import.meta.url));
    const args = JSON.stringify({ brokers: BROKERS, ...options });
    this.#child = spawn(process.execPath, [main, args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let last = '';
    this.#child.stdout!.on('data', (data) => {
      last += String(data);
      const lines = last.split('\n');
      last = lines.pop()!;
      for (const line of lines)
        if (line.startsWith('taken ')) this.#taken = Number(line.slice(6));
        else last = `${line}\n`;
      this.#heard();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('close', (code) => {
        this.#heard();
        if (code === 0) resolve(JSON.parse(last));
        else reject(new Error(`the measuring consumer ended with ${code}`));
      });
    });
  }

  /** Resolves when it has taken in so many messages, or has ended. */
  async taken(messages: number): Promise<void> {
    while (this.#taken < messages && this.#child.exitCode === null && this.#child.signalCode === null)
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
  }

  stop(): void {
    this.#child.kill('SIGTERM');
  }
}
