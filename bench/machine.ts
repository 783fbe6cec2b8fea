import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './paths.js';

/** Where the figures come from; names no path, host or user. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  /** Versions by package, and of the servers and native programs that were timed. */
  readonly packages: Readonly<Record<string, string>>;
  readonly date: string;
}

const PACKAGES = [
  '@duckdb/node-api',
  '@ixjb94/indicators',
  'apache-arrow',
  'autocannon',
  'hono',
  'kafkajs',
  'mysql2',
  'node-fpgrowth',
  'piscina',
  'technicalindicators',
  'tinybench',
  'trading-signals',
];

/** @param others versions that only the cases could find out */
export function describeMachine(others: ReadonlyMap<string, string>): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryMb: Math.round(totalmem() / 2 ** 20),
    system: `${type()} ${release()} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    packages: {
      klinemill: versionOf('.'),
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(`node_modules/${name}`)])),
      ...Object.fromEntries(others),
    },
    date: new Date().toISOString().slice(0, 10),
  };
}

export function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as { version: string })
    .version;
}
