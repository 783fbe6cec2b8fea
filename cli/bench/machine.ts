import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { packageVersion } from '../package-version.js';

/** Where figures come from; names no path, host or user. */
export interface Machine {
  readonly cpu: string;
  /** Those that this process may use. */
  readonly cores: number;
  readonly memoryMb: number;
  readonly system: string;
  readonly node: string;
  readonly klinemill: string;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    system: `${type()} ${release()} ${process.arch}`,
    node: process.versions.node,
    klinemill: packageVersion(),
  };
}
