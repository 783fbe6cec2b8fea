import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { OFFLINE, ROOT } from './cli-process.js';
import { temporaryFolder } from './support/cli.js';
import { writeMarket } from './support/market-files.js';

// The shell blocks of README.md, pasted line by line into a copy of the clone, in order, without a network.

const folder = temporaryFolder();
afterAll(() => folder.dispose());
const clone = join(folder.path, 'klinemill');

/** Lines that are run by other means: `npm test` is what runs this, downloads have test/download.test.ts. */
const ELSEWHERE = [
  'npm test',
  'npx klinemill download --symbol BTCUSDT ETHUSDT --interval 1h,4h --from 2021-01-01',
  // Goes on until Ctrl-C; test/api-mysql.test.ts and test/dashboard.test.ts start it.
  'npx klinemill serve',
  // Its time lies in real bars of that month; explained by test/cli.test.ts.
  'npx klinemill explain --symbol BTCUSDT --interval 2h --strategy trend-momentum --at 2024-01-20T12:00',
];

function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1]!);
  return blocks.flatMap((block) =>
    block
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+# .*$/, '')),
  );
}

function copyClone(): void {
  mkdirSync(clone);
  const left = new Set(['node_modules', '.git', 'data', '.cache']);
  // Compiled code comes along and is fresh, so that nothing is built.
  for (const name of readdirSync(ROOT).filter((entry) => !left.has(entry)))
    cpSync(join(ROOT, name), join(clone, name), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
}

it('every command of README.md works when it is pasted', () => {
  const commands = commandsOf(readFileSync(join(ROOT, 'README.md'), 'utf8'));
  expect(commands.length).toBeGreaterThan(10);
  expect(commands).toEqual(expect.arrayContaining(ELSEWHERE));
  copyClone();
  // The files that the reader is said to have, under the exchange's names.
  for (const [month, seed] of [
    ['2024-01', 51],
    ['2024-02', 52],
  ] as const) {
    const [path] = writeMarket(clone, [{ symbol: 'BTCUSDT', interval: '2h', rows: 600, seed }]);
    renameSync(path!, join(clone, `BTCUSDT-2h-${month}.csv`));
  }
  // npm must not ask a registry for anything, and the default warehouse is meant.
  const { KLINEMILL_WAREHOUSE: _, ...outer } = process.env;
  const env = { ...outer, ...OFFLINE, npm_config_offline: 'true' };
  for (const command of commands) {
    if (ELSEWHERE.includes(command)) continue;
    const { status, stdout, stderr } = spawnSync('bash', ['-ceu', command], {
      cwd: clone,
      env,
      encoding: 'utf8',
    });
    expect([status, command], `${command}\n${stdout}\n${stderr}`).toEqual([0, command]);
    expect(stderr, command).not.toContain('    at ');
  }
  expect(readFileSync(join(clone, 'trades.csv'), 'utf8')).toMatch(/^strategy,version,symbol/);
  expect(readFileSync(join(clone, 'my-rules.yaml'), 'utf8')).toContain('min_edge: 1.5');
}, 300_000);
