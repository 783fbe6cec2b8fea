import { bootstrap, runFile } from './bootstrap.mjs';

bootstrap();
await runFile('dist/cli/main.js', ['start', ...process.argv.slice(2)]);
