import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASES } from './cases/index.js';
import { comparedText, compareRuns, readRun } from './compare.js';
import { createContext } from './context.js';
import { describeCorpus } from './corpus.js';
import { exitOnSignals, isInterrupted } from './interrupt.js';
import { describeMachine } from './machine.js';
import { type BenchOptions, parseOptions } from './options.js';
import { ROOT } from './paths.js';
import { caseText, runMarkdown } from './report.js';
import { type CaseResult, type LeftOut, type RunResult, runCase } from './results.js';

/** Runs the cases that the options leave, prints each as it ends, and writes the reports. */
async function run({ isQuick, filters, json, compare }: BenchOptions): Promise<void> {
  const chosen = CASES.filter(
    ({ name, group }) =>
      filters.length === 0 || filters.some((part) => name.includes(part) || group.includes(part)),
  );
  if (chosen.length === 0)
    throw new Error(
      `bench: no case or group has '${filters.join("' or '")}' in its name; cases: ${CASES.map(({ name }) => name).join(', ')}`,
    );
  // Read first: an error after minutes of timing would be late.
  const old = compare === null ? null : readRun(compare);
  if (old !== null && old.isQuick !== isQuick)
    throw new Error(
      `bench: --compare ${compare}: ${old.isQuick ? 'quick' : 'full'} sizes; compare like with like`,
    );
  if (json !== null) checkWritable(json);
  const start = performance.now();
  const context = createContext(isQuick);
  const cases: CaseResult[] = [];
  const leftOut: LeftOut[] = [];
  let failed = 0;
  try {
    for (const benchCase of chosen) {
      const missing = benchCase.missing?.() ?? null;
      process.stderr.write(`bench: ${benchCase.name}${missing === null ? '' : `: left out, ${missing}`}\n`);
      if (missing !== null) {
        leftOut.push({ name: benchCase.name, reason: missing, bars: benchCase.bars ?? [] });
        continue;
      }
      try {
        const result = await runCase(benchCase, context, ({ size, checked }) =>
          process.stderr.write(`bench: ${benchCase.name} ${size}: ${checked}\n`),
        );
        cases.push(result);
        console.log(`${caseText(result)}\n`);
      } catch (error) {
        if (isInterrupted()) return;
        // A case whose check fails has no figures; the others still have theirs.
        failed++;
        console.error(`bench: ${benchCase.name} failed:`, error);
      }
    }
  } finally {
    context.dispose();
  }
  const elapsedMs = performance.now() - start;
  const result: RunResult = {
    machine: describeMachine(context.versions),
    corpus: describeCorpus(),
    isQuick,
    elapsedMs,
    cases,
    leftOut,
  };
  // Part of the cases, or small sizes, must not replace the whole.
  if (failed === 0 && !isQuick && filters.length === 0)
    writeFileSync(join(ROOT, 'bench', 'RESULTS.md'), runMarkdown(result));
  if (json !== null) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
  if (old !== null) console.log(comparedText(compareRuns(old, result)));
  if (failed > 0) throw new Error(`bench: ${failed} of ${chosen.length} cases failed`);
}

/** Before the run: an error after it would be late. What stands in the file stays until there is something better. */
function checkWritable(json: string): void {
  try {
    closeSync(openSync(json, 'a'));
  } catch (error) {
    throw new Error(`bench: --json ${json}: ${(error as Error).message}`);
  }
}

exitOnSignals();
try {
  await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error && error.message.startsWith('bench:') ? error.message : error);
  process.exitCode = 1;
}
