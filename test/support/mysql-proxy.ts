import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What becomes of a statement and its connection: it passes; the connection is cut before it is passed on (`before`), or
 * when the server has answered and the answer was not handed over (`after`), or at once while the statement comes to the
 * server two seconds later (`late`).
 */
export type Fate = 'pass' | 'before' | 'after' | 'late';

const LATE_MS = 2_000;

/** A proxy before a server that may cut connections at statements. */
export interface MySqlProxy {
  /** Asked about every statement of every client; changed at will. */
  fate: (sql: string) => Fate;
  /** The url with the proxy in the server's place. */
  through(url: string): string;
  close(): Promise<unknown>;
}

export async function mysqlProxy(target: string): Promise<MySqlProxy> {
  const { hostname, port } = new URL(target);
  const server: Server = createServer((client) => join(client, connect(Number(port), hostname))).listen(
    0,
    '127.0.0.1',
  );
  await new Promise((resolve) => server.once('listening', resolve));
  const own = (server.address() as { port: number }).port;

  function join(client: Socket, upstream: Socket): void {
    let isCut = false;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (data) => {
      const sql = statementOf(data);
      const fate = sql === null ? 'pass' : proxy.fate(sql);
      if (fate === 'before') return end();
      isCut ||= fate !== 'pass';
      if (fate !== 'late') return upstream.write(data);
      client.destroy();
      setTimeout(() => upstream.end(data), LATE_MS);
    });
    upstream.on('data', (data) => (isCut ? end() : client.write(data)));
    client.on('error', () => undefined).on('close', () => isCut || end());
    upstream.on('error', end).on('close', end);
  }

  const proxy: MySqlProxy = {
    fate: () => 'pass',
    through: (url) => Object.assign(new URL(url), { port: String(own) }).href,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
  return proxy;
}

/** A packet of the client: 3 bytes of length, its number 0, then COM_QUERY (3) with its text or COM_STMT_EXECUTE (23). */
function statementOf(data: Buffer): string | null {
  if (data.length <= 4 || data[3] !== 0) return null;
  if (data[4] === 3) return data.subarray(5).toString('utf8');
  return data[4] === 23 ? '' : null;
}
