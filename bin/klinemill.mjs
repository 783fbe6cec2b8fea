#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootstrap, runFile } from '../scripts/bootstrap.mjs';
import { PROGRAM } from '../scripts/build.mjs';

const top = resolve(dirname(fileURLToPath(import.meta.url)), '..');

// Only what is missing is made here: an image with dist and without the compiler must start as it is.
if (!existsSync(join(top, PROGRAM)) || !existsSync(join(top, 'node_modules'))) bootstrap();
await runFile(PROGRAM, process.argv.slice(2));
