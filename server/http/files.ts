import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Context } from 'hono';
import { takesGzip } from './negotiate.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

interface StaticFile {
  readonly type: string;
  readonly tag: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly packed: Uint8Array<ArrayBuffer>;
  readonly isHashed: boolean;
}

/** Files that were read when the server started: a path of a request is a key, so no path leads anywhere else. */
export class StaticFiles {
  readonly #files = new Map<string, StaticFile>();

  /** @param names only these; absent: every file of a known type under the folder */
  constructor(folder: string | null, names?: readonly string[]) {
    if (folder === null || !existsSync(folder)) return;
    for (const name of names ?? filesUnder(folder)) this.#add(name, readFileSync(join(folder, name)));
  }

  /** @param path without a leading slash; null: there is no such file */
  answer(c: Context, path: string): Response | null {
    const file = this.#files.get(path);
    if (file === undefined) return null;
    const isGzip = takesGzip(c.req.header('accept-encoding'));
    const tag = isGzip ? `"${file.tag}-gzip"` : `"${file.tag}"`;
    const headers: Record<string, string> = {
      'Content-Type': file.type,
      ETag: tag,
      Vary: 'Accept-Encoding',
      'Cache-Control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    if (c.req.header('if-none-match') === tag) return new Response(null, { status: 304, headers });
    if (isGzip) headers['Content-Encoding'] = 'gzip';
    return new Response(isGzip ? file.packed : file.plain, { headers });
  }

  #add(name: string, bytes: Buffer): void {
    const type = TYPES[extname(name)];
    if (type === undefined) return;
    this.#files.set(name, {
      type,
      tag: createHash('sha256').update(bytes).digest('base64url').slice(0, 27),
      plain: new Uint8Array(bytes),
      packed: new Uint8Array(gzipSync(bytes)),
      // Vite names built assets by their content.
      isHashed: name.startsWith('assets/'),
    });
  }
}

function filesUnder(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(folder, name) : [name];
  });
}
