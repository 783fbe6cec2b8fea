import { randomBytes } from 'node:crypto';
import { type Connection, createConnection } from 'mysql2/promise';

/** True when no server was given: `npm run test:services` brings one up. */
export const NO_MYSQL = process.env.KLINEMILL_TEST_MYSQL === undefined;

/** The MySQL or MariaDB server of KLINEMILL_TEST_MYSQL; its user may make databases and users. */
export interface TestServer {
  /** Url of a new, empty database. */
  createDatabase(options?: string): Promise<string>;
  dropAll(): Promise<void>;
  /** As the server's admin, outside every warehouse. */
  readonly admin: Connection;
  end(): Promise<void>;
}

export async function testServer(url = process.env.KLINEMILL_TEST_MYSQL!): Promise<TestServer> {
  const admin = await createConnection({ uri: url, multipleStatements: true });
  const names: string[] = [];
  return {
    admin,
    async createDatabase(options = '') {
      const name = `klinemill_test_${randomBytes(6).toString('hex')}`;
      await admin.query(`CREATE DATABASE ${name} ${options}`);
      names.push(name);
      return Object.assign(new URL(url), { pathname: `/${name}` }).href;
    },
    async dropAll() {
      for (const name of names.splice(0)) await admin.query(`DROP DATABASE IF EXISTS ${name}`);
    },
    end: () => admin.end(),
  };
}
