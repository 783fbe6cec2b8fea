import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CATALOG } from '../kernels/index.js';
import { versionOf } from './machine.js';
import { ROOT } from './paths.js';

const PEERS = join(ROOT, 'bench', 'peers');
const TALIB = 'bench/peers/node_modules/talib';
const PROGRAM = join(PEERS, 'build', 'talib-series');

/** The calls of talib-series.c by their codes. */
const CALLS: readonly (readonly string[])[] = [
  ...['SMA20', 'SMA50', 'SMA200', 'EMA9', 'EMA12', 'EMA20', 'EMA21', 'EMA26', 'EMA50', 'EMA200'],
  ...['RSI14', 'MACD,MACD_SIGNAL,MACD_HIST', 'ADX14', 'PLUS_DI14', 'MINUS_DI14', 'ATR14', 'ATR_PCT14'],
  ...['BB_UPPER20,BB_MIDDLE20,BB_LOWER20', 'STOCH_K14,STOCH_D14', 'CCI20', 'WILLR14', 'ROC10', 'MOM10'],
  ...['MFI14', 'OBV', 'VOL_SMA20', 'DONCHIAN_UPPER20', 'DONCHIAN_LOWER20', 'PSAR'],
].map((call) => call.split(','));

/** Codes that one kernel of ours makes, and the TA-Lib calls that make them: both sides compute a group whole. */
export interface TalibGroup {
  readonly codes: readonly string[];
  /** Each as its codes, joined by commas. */
  readonly calls: readonly string[];
}

export const TALIB_GROUPS: readonly TalibGroup[] = CATALOG.flatMap((row) => {
  const made = new Set(row.codes.map((spec) => spec?.code));
  const calls = CALLS.filter((codes) => codes.some((code) => made.has(code)));
  return calls.length === 0 ? [] : [{ codes: calls.flat(), calls: calls.map((codes) => codes.join()) }];
});

/** Why TA-Lib cannot be timed here; null: it can. */
export const talibMissing = (): string | null => missingProgram(PROGRAM, join(PEERS, 'talib-series.c'));

/** Version of npm talib, whose C was built; null where nothing but the program is left of it. */
export const talibVersion = (): string | null =>
  existsSync(join(ROOT, TALIB, 'package.json')) ? versionOf(TALIB) : null;

/** @returns why a program is not there, or is not what its source says; null: it is */
export function missingProgram(program: string, source: string): string | null {
  const built = statSync(program, { throwIfNoEntry: false });
  if (built === undefined)
    return "TA-Lib's C is not built: `npm install && npm run build` in bench/peers (needs gcc)";
  return built.mtimeMs < statSync(source).mtimeMs
    ? `what was built of TA-Lib's C is older than ${basename(source)}: \`npm run build\` in bench/peers`
    : null;
}

/**
 * Nanoseconds of every group over a CSV of klines: the sum of its calls, each the median of `laps`.
 *
 * @throws Error when the program fails, or makes other calls
 */
export function timeTalib(csv: string, laps: number): number[] {
  const times = new Map(
    timed(csv, laps)
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
  return TALIB_GROUPS.map(({ calls }) =>
    calls.reduce((sum, call) => {
      const ns = times.get(call);
      if (ns === undefined)
        throw new Error(`bench: talib-series has no time of '${call}': \`npm run build\` in bench/peers`);
      return sum + Number(ns);
    }, 0),
  );
}

function timed(csv: string, laps: number): string {
  try {
    return execFileSync(PROGRAM, [String(laps)], { input: readFileSync(csv), encoding: 'latin1' });
  } catch (error) {
    // Node's own error would print all that the program wrote, as bytes.
    throw new Error(`bench: talib-series: ${(error as Error).message}`);
  }
}

/**
 * Compares every value of every code that TA-Lib has with ours, by bench/peers/talib-compare.mjs.
 *
 * @throws Error with what it found when a row is off
 */
export function compareTalib(csv: string): string {
  let report: string;
  try {
    report = execFileSync(process.execPath, [join(PEERS, 'talib-compare.mjs'), csv], { encoding: 'utf8' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    const defects = stdout?.split('\n').filter((line) => line.startsWith('DEFECT')) ?? [];
    throw new Error(`bench: TA-Lib and our kernels differ: ${defects.join('; ') || stderr}`);
  }
  // | code | rows | max error | of tolerance | lost rows | ...
  const rows = [...report.matchAll(/^\| [A-Z0-9_]+ +\| +(\d+) +\|[^|]*\|[^|]*\| +(\d+)/gm)];
  const sum = (group: number): string =>
    rows.reduce((total, match) => total + Number(match[group]), 0).toLocaleString('en-US');
  return `${rows.length} codes, ${sum(1)} values within SPEC 3's tolerance, but for ${sum(2)} on which TA-Lib is farther from the window's own sum than that`;
}
