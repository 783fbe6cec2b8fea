import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ConsumerOptions {
  readonly url: string;
  readonly brokers: string;
  readonly topic: string;
  readonly group: string;
  /** Epoch ms. */
  readonly now: number;
  readonly untilEnd?: boolean;
  readonly transactionMessages?: number;
  readonly sessionMs?: number;
  /** Named point at which it ends like a crash, the nth time that it comes there. */
  readonly point?: string;
  readonly nth?: number;
}

export interface ConsumerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A consumer in a process of its own. */
export class TestConsumer {
  readonly ended: Promise<ConsumerEnd>;
  readonly #child: ChildProcess;
  #taken = 0;
  #isReady = false;
  #stderr = '';
  #heard: () => void = () => {};

  constructor(options: ConsumerOptions) {
    const main = fileURLToPath(new URL('./stream-child.mjs', import.meta.url));
    this.#child = spawn(process.execPath, [main, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout!.on('data', (data) => {
      for (const [, count] of String(data).matchAll(/taken (\d+)\n/g)) this.#taken = Number(count);
      for (const [, isReady] of String(data).matchAll(/ready (\w+)\n/g)) this.#isReady = isReady === 'true';
      this.#heard();
    });
    this.#child.stderr!.on('data', (data) => {
      this.#stderr += String(data);
    });
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        resolve({ code, signal, stderr: this.#stderr });
        this.#heard();
      });
    });
  }

  /** Messages that it has taken in. */
  get messages(): number {
    return this.#taken;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Resolves when it has taken in so many messages, or has ended. */
  async taken(messages: number): Promise<void> {
    while (this.#taken < messages && this.#child.exitCode === null && this.#child.signalCode === null)
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
