import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { BenchContext } from './case.js';
import { onInterrupt } from './interrupt.js';

/** A server to measure on, its stock client, and databases that are dropped at the end. */
export interface MySqlServer {
  readonly admin: Connection;
  createDatabase(): Promise<string>;
  /** Runs statements by the stock client; `LOAD DATA LOCAL` is allowed. @throws Error with what it said */
  client(url: string, sql: string): Promise<void>;
  close(): Promise<void>;
}

/** @returns why there is none; null: there is */
export function missingServer(): string | null {
  return process.env.KLINEMILL_TEST_MYSQL === undefined
    ? 'no MySQL server: eval "$(scripts/services.sh up mysql)"'
    : null;
}

/** Connects, and puts the server's version on top of the report. */
export async function openServer({ versions }: Pick<BenchContext, 'versions'>): Promise<MySqlServer> {
  const url = process.env.KLINEMILL_TEST_MYSQL!;
  const admin = await createConnection({ uri: url, multipleStatements: true });
  const [[server]] = await admin.query<({ version: string } & RowDataPacket)[]>(
    'SELECT version() AS version',
  );
  versions.set('MySQL server', server!.version);
  const names: string[] = [];
  const drop = async (): Promise<void> => {
    for (const name of names.splice(0)) await admin.query(`DROP DATABASE IF EXISTS ${name}`);
    await admin.end();
  };
  let closing: Promise<void> | undefined;
  // After a signal the case that fails because of it closes the server, too.
  const close = (): Promise<void> => {
    closing ??= drop().finally(forget);
    return closing;
  };
  const forget = onInterrupt(close);
  return {
    admin,
    async createDatabase() {
      const name = `klinemill_bench_${randomBytes(6).toString('hex')}`;
      names.push(name);
      await admin.query(`CREATE DATABASE ${name}`);
      return Object.assign(new URL(url), { pathname: `/${name}` }).href;
    },
    client: runClient,
    close,
  };
}

function runClient(target: string, sql: string): Promise<void> {
  const url = new URL(target);
  const args = [
    '--no-defaults',
    '--local-infile=1',
    `--host=${url.hostname}`,
    `--port=${url.port}`,
    `--user=${url.username}`,
    `--execute=${sql}`,
    url.pathname.slice(1),
  ];
  const child = spawn('mariadb', args, {
    env: { ...process.env, MYSQL_PWD: url.password },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const forget = onInterrupt(() => child.kill());
  let said = '';
  child.stderr.on('data', (piece) => {
    said += piece;
  });
  return new Promise<void>((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => (code === 0 ? done() : fail(new Error(`bench: mariadb: ${said}`))));
  }).finally(forget);
}
