import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WarehouseAccessError } from '../errors.js';
import { openWarehouse } from '../open.js';
import { NO_MYSQL, type TestServer, testServer } from '../testing/mysql.js';
import { type OwnServer, ownServer } from '../testing/own-server.js';
import type { Warehouse } from '../warehouse.js';
import { withoutPassword } from './url.js';

// TLS as the url asks for it, with certificates that live as long as the test, against a MariaDB that has one and one
// that has none.

const folder = mkdtempSync(join(tmpdir(), 'klinemill-tls-'));
const file = (name: string): string => join(folder, name);
const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
const hasOpenssl = ((): boolean => {
  try {
    openssl('version');
    return true;
  } catch {
    return false;
  }
})();

/** A new key, and a certificate of it that signs others. */
function authority(name: string): void {
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`];
  openssl('req', '-x509', ...key, '-days', '2', '-subj', `/CN=${name}`, '-out', `${name}.pem`);
}

/** A new key, and a certificate of it that `ca` signs. */
function certificate(name: string, ca: string, altName: string): void {
  openssl(
    ...['req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`],
    ...['-subj', `/CN=${name}`, '-out', `${name}.csr`],
  );
  writeFileSync(file(`${name}.ext`), `subjectAltName=${altName}\n`);
  openssl(
    ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial'],
    ...['-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.pem`],
  );
}

describe.skipIf(NO_MYSQL || !hasOpenssl)(
  'mysql over TLS (set KLINEMILL_TEST_MYSQL; makes certificates with openssl)',
  () => {
    const opened: Warehouse[] = [];
    const servers: OwnServer[] = [];
    let encrypted: OwnServer;
    let plain: OwnServer;
    let admin: TestServer;

    beforeAll(async () => {
      mkdirSync(folder, { recursive: true });
      authority('ca');
      authority('stranger');
      certificate('server', 'ca', 'DNS:localhost');
      certificate('client', 'ca', 'DNS:client');
      writeFileSync(file('nothing.pem'), 'no certificate\n');
      const own = async (name: string, args: string): Promise<OwnServer> => {
        const server = await ownServer(file(name), args);
        servers.push(server);
        await server.up();
        return server;
      };
      encrypted = await own(
        'encrypted',
        `--ssl-ca=${file('ca.pem')} --ssl-cert=${file('server.pem')} --ssl-key=${file('server.key')}`,
      );
      plain = await own('plain', '--skip-ssl');
      admin = await testServer(encrypted.url);
    });

    afterEach(async () => {
      for (const warehouse of opened.splice(0)) await warehouse.close();
    });

    afterAll(async () => {
      await admin?.end();
      for (const server of servers) await server.down();
      rmSync(folder, { recursive: true, force: true });
    });

    /** A url with TLS options; names of files are those of this test's. */
    function url(
      { url: base }: OwnServer,
      options: Record<string, string>,
      { host = 'localhost', user = 'klinemill', password = 'klinemill' } = {},
    ): string {
      const result = Object.assign(new URL(base), { hostname: host, username: user, password });
      for (const [name, value] of Object.entries(options))
        result.searchParams.set(name, name === 'ssl-mode' ? value : file(value));
      return result.href;
    }

    /** The cipher that a connection really has; '' is none. */
    async function cipherOf(at: string): Promise<unknown> {
      const warehouse = await openWarehouse(at);
      opened.push(warehouse);
      return (await warehouse.query(`SHOW SESSION STATUS LIKE 'Ssl_cipher'`)).rows[0]![1];
    }

    /** What a refusal says: one line, the user's to mend, without the password. */
    async function refusal(at: string): Promise<string> {
      const error = await cipherOf(at).then(
        (cipher) => new Error(`opened with cipher '${String(cipher)}'`),
        (thrown: Error) => thrown,
      );
      expect(error, error.message).toBeInstanceOf(WarehouseAccessError);
      expect(error.message.split('\n')).toHaveLength(1);
      expect(error.message).toMatch(/^warehouse: /);
      return error.message.replace(withoutPassword(at), 'URL');
    }

    it.each([
      ['REQUIRED', {}],
      ['VERIFY_CA', { 'ssl-ca': 'ca.pem' }],
      ['VERIFY_IDENTITY', { 'ssl-ca': 'ca.pem' }],
    ])('%s encrypts', async (mode, files) => {
      expect(await cipherOf(url(encrypted, { 'ssl-mode': mode, ...files }))).toMatch(/^TLS_|GCM/);
    });

    it('nothing asked for is nothing encrypted', async () => {
      expect(await cipherOf(url(encrypted, {}))).toBe('');
      expect(await cipherOf(url(plain, { 'ssl-mode': 'DISABLED' }))).toBe('');
    });

    it('a certificate of another authority is refused, by name or not', async () => {
      for (const files of [{ 'ssl-ca': 'stranger.pem' }, {}])
        for (const mode of ['VERIFY_CA', 'VERIFY_IDENTITY'])
          expect(await refusal(url(encrypted, { 'ssl-mode': mode, ...files }))).toMatch(
            /^warehouse: URL: TLS with the server failed, no password was sent: (self-signed certificate in|unable to)/,
          );
    });

    it('VERIFY_IDENTITY takes the name that the certificate has, and no address', async () => {
      const trusted = { 'ssl-ca': 'ca.pem' };
      const address = { host: '127.0.0.1' };
      expect(await refusal(url(encrypted, { 'ssl-mode': 'VERIFY_IDENTITY', ...trusted }, address))).toBe(
        "warehouse: ssl-mode VERIFY_IDENTITY compares the certificate with a host name, and '127.0.0.1' is an address; use the name, or VERIFY_CA",
      );
      expect(await cipherOf(url(encrypted, { 'ssl-mode': 'VERIFY_CA', ...trusted }, address))).not.toBe('');
      // A server of the same authority with another name.
      certificate('elsewhere', 'ca', 'DNS:db.example.org');
      const other = await ownServer(
        file('elsewhere'),
        `--ssl-ca=${file('ca.pem')} --ssl-cert=${file('elsewhere.pem')} --ssl-key=${file('elsewhere.key')}`,
      );
      servers.push(other);
      await other.up();
      expect(await cipherOf(url(other, { 'ssl-mode': 'VERIFY_CA', ...trusted }))).not.toBe('');
      expect(await refusal(url(other, { 'ssl-mode': 'VERIFY_IDENTITY', ...trusted }))).toMatch(
        /^warehouse: URL: TLS with the server failed, no password was sent: .*does not match certificate's altnames/,
      );
    });

    it('a server without TLS is refused where it is asked for', async () => {
      for (const mode of ['REQUIRED', 'VERIFY_CA'])
        expect(await refusal(url(plain, { 'ssl-mode': mode }, { password: 'secret' }))).toBe(
          'warehouse: URL: the server offers no TLS, and ssl-mode asks for it; nothing was sent to it (ssl-mode=DISABLED would go without)',
        );
    });

    it('a client certificate opens what needs one', async () => {
      await admin.admin.query(
        `CREATE USER bearer IDENTIFIED BY 'secret' REQUIRE X509; GRANT ALL ON *.* TO bearer`,
      );
      const bearer = { user: 'bearer', password: 'secret' };
      const trusted = { 'ssl-mode': 'VERIFY_CA', 'ssl-ca': 'ca.pem' };
      const own = { 'ssl-cert': 'client.pem', 'ssl-key': 'client.key' };
      expect(await cipherOf(url(encrypted, { ...trusted, ...own }, bearer))).not.toBe('');
      expect(await refusal(url(encrypted, trusted, bearer))).toMatch(/user or password is wrong/);
      expect(
        await refusal(url(encrypted, { ...trusted, ...own }, { ...bearer, password: 'sesame' })),
      ).toMatch(/user or password is wrong/);
    });

    it('files that cannot be used are named', async () => {
      const mode = { 'ssl-mode': 'VERIFY_CA' };
      const client = { ...mode, 'ssl-ca': 'ca.pem', 'ssl-cert': 'client.pem' };
      expect(await refusal(url(encrypted, client))).toBe('warehouse: ssl-cert and ssl-key need each other');
      expect(await refusal(url(encrypted, { ...client, 'ssl-key': 'server.key' }))).toMatch(
        /^warehouse: ssl-ca, ssl-cert, ssl-key cannot be used: .*key values mismatch/,
      );
      expect(await refusal(url(encrypted, { ...mode, 'ssl-ca': 'nothing.pem' }))).toMatch(
        /^warehouse: ssl-ca '.*nothing\.pem' holds no certificate \(PEM\)$/,
      );
    });

    it('a server that takes encrypted connections only: MariaDB says no more than that access is denied', async () => {
      await admin.admin.query('SET GLOBAL require_secure_transport = 1');
      try {
        expect(await refusal(url(encrypted, {}, { host: '127.0.0.1' }))).toMatch(
          /the user has to come over TLS \(ssl-mode\)/,
        );
      } finally {
        await admin.admin.query('SET GLOBAL require_secure_transport = 0');
      }
    });
  },
);
