import { bootstrap, runFile } from './bootstrap.mjs';
import { PROGRAM } from './build.mjs';

bootstrap();
await runFile(PROGRAM, ['start', ...process.argv.slice(2)]);
