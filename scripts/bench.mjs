import { bootstrap, runFile } from './bootstrap.mjs';

bootstrap();
await runFile('dist/bench/run.js', process.argv.slice(2));
