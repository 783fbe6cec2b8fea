import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './build.mjs';

// Campaigns of faults and of statistics: the suites that `npm test` runs with a few seeds, with as many as are asked for.

/** By name: the suites, the variable that takes the number of seeds, and what says that the servers they need are up. */
const CAMPAIGNS = {
  crash: { suite: 'test/crash.test.ts', seeds: 'KLINEMILL_CRASH_MOMENTS', needs: null },
  mining: { suite: 'test/mining.test.ts', seeds: 'KLINEMILL_MINING_SEEDS', needs: null },
  mysql: { suite: 'test/mysql-faults', seeds: 'KLINEMILL_SOAK_SEEDS', needs: 'KLINEMILL_TEST_MYSQL' },
  parity: {
    suite: 'test/stream-parity.test.ts',
    seeds: 'KLINEMILL_PARITY_SEEDS',
    needs: 'KLINEMILL_TEST_KAFKA',
  },
  stream: { suite: 'test/stream.test.ts', seeds: 'KLINEMILL_STREAM_SEEDS', needs: 'KLINEMILL_TEST_KAFKA' },
  'stream-mysql': {
    suite: 'test/stream-mysql.test.ts',
    seeds: 'KLINEMILL_STREAM_SEEDS',
    needs: 'KLINEMILL_TEST_KAFKA',
  },
  // Rounds make no sense here: any number judges the figures once.
  'stream-speed': {
    suite: 'test/stream-speed.test.ts',
    seeds: 'KLINEMILL_STREAM_SPEED',
    needs: 'KLINEMILL_TEST_KAFKA',
  },
};

function usage(reason) {
  process.stderr.write(
    `soak: ${reason}\nnpm run soak -- NAME [--seeds N], NAME: ${Object.keys(CAMPAIGNS).join(', ')}\n`,
  );
  process.exit(2);
}

let parsed;
try {
  parsed = parseArgs({ allowPositionals: true, options: { seeds: { type: 'string', default: '20' } } });
} catch (error) {
  usage(error.message);
}
const { values, positionals } = parsed;
const name = positionals[0] ?? '';
if (positionals.length !== 1 || !Object.hasOwn(CAMPAIGNS, name))
  usage(`'${positionals.join(' ')}' is no campaign`);
if (!/^[1-9]\d{0,5}$/.test(values.seeds)) usage(`--seeds '${values.seeds}' is not a whole number from 1 on`);
const { suite, seeds, needs } = CAMPAIGNS[name];
const isServed = needs === null || process.env[needs] !== undefined;
const { status, signal } = spawnSync('npm', ['run', isServed ? 'test' : 'test:services', '--', join(suite)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, [seeds]: values.seeds },
});
process.exit(signal === null ? status : 1);
