import { bootstrap, runFile } from './bootstrap.mjs';

// Tests of the pool run compiled workers (Node 20 strips no types), so a build comes first.
bootstrap();
await runFile('node_modules/vitest/vitest.mjs', ['run', ...process.argv.slice(2)]);
