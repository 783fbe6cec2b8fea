// Compares every code that TA-Lib defines with TA-Lib's C over real klines, row by row:
//
//   npm install && npm run build                    (here: TA-Lib) and `npm run build` in the root (our kernels)
//   node talib-compare.mjs KLINES.csv[.gz] ...      [--kernels=../../dist/kernels/index.js]
//
// Prints a table a file: rows compared; the largest error, absolute and as a share of SPEC 3's tolerance, over the rows on
// which TA-Lib keeps its digits; how many rows it loses them on (it is off the two-pass truth by more than the tolerance),
// how far off it is there, and how far we are from the truth over all rows; the worst such row with all three values.
// Exit 1 when any row is off without that excuse, or known to only one of the two.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { scaleOf, TRUTH } from './truth.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const RELATIVE = 1e-9;
const program = join(here, 'build', 'talib-series');

function readKlines(text) {
  const rows = text
    .split('\n')
    .map((line) => line.split(','))
    .filter((fields) => fields.length >= 6 && Number.isFinite(Number.parseFloat(fields[0])));
  const column = (index) =>
    Float64Array.from(rows, (fields) =>
      fields[index] === undefined || fields[index].trim() === '' ? Number.NaN : Number(fields[index]),
    );
  const klines = {
    openTime: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
    closeTime: column(6),
    takerBuyBase: column(9),
  };
  klines.typical = klines.high.map((high, t) => (high + klines.low[t] + klines.close[t]) / 3);
  return klines;
}

function runTalib(text) {
  const raw = execFileSync(program, { input: text, maxBuffer: 2 ** 31 });
  const lineEnd = raw.indexOf(10);
  const [version, count, codes] = raw.toString('utf8', 0, lineEnd).split('|');
  const n = Number(count);
  // Copied: the body does not start on a multiple of 8 bytes.
  const body = new Float64Array(raw.buffer.slice(raw.byteOffset + lineEnd + 1, raw.byteOffset + raw.length));
  return {
    version,
    n,
    series: new Map(codes.split(',').map((code, k) => [code, body.subarray(k * n, (k + 1) * n)])),
  };
}

function runKernels(kernels, k) {
  const { CATALOG, KLINE_INPUTS, bindProgram, compileProgram, runProgram } = kernels;
  const given = {
    OPEN: k.open,
    HIGH: k.high,
    LOW: k.low,
    CLOSE: k.close,
    VOLUME: k.volume,
    OPEN_TIME: k.openTime,
    CLOSE_TIME: k.closeTime,
    TAKER_BUY_BASE: k.takerBuyBase,
  };
  const compiled = compileProgram(CATALOG);
  const n = k.close.length;
  const columns = compiled.columnNames.map(
    (_, i) => given[KLINE_INPUTS[i]] ?? new Float64Array(n).fill(Number.NaN),
  );
  runProgram(bindProgram(compiled, columns, new Float64Array(compiled.stateSize)), 0, n);
  return new Map(compiled.codes.map((code) => [code, columns[compiled.columnIndex.get(code)]]));
}

function compareCode(code, ours, theirs, klines) {
  const found = {
    code,
    rows: 0,
    error: 0,
    share: 0,
    lost: 0,
    theirShare: 0,
    ourShare: 0,
    worst: null,
    defects: [],
  };
  for (let t = 0; t < ours.length; t++) {
    const a = ours[t];
    const b = theirs[t];
    if (Number.isNaN(a) && Number.isNaN(b)) continue;
    found.rows++;
    const s = scaleOf(code, klines.close[t]);
    // A share of 1 is just allowed. Equal values are exact whatever the tolerance, 0 included.
    const shareOf = (x, y) =>
      x === y ? 0 : Math.abs(x - y) / (RELATIVE * Math.max(Math.abs(x), Math.abs(y), s));
    const truth = TRUTH[code]?.(klines, t) ?? Number.NaN;
    if (!Number.isNaN(truth)) {
      const off = shareOf(a, truth);
      if (!(off <= 1)) {
        found.defects.push({ t, ours: a, talib: b, truth });
        continue;
      }
      found.ourShare = Math.max(found.ourShare, off);
      if (shareOf(b, truth) > 1) {
        found.lost++;
        if (shareOf(b, truth) > found.theirShare) {
          found.theirShare = shareOf(b, truth);
          found.worst = { t, ours: a, talib: b, truth };
        }
        continue;
      }
    }
    const share = shareOf(a, b);
    // Unless-written, so that a value which only one of the two knows is a defect.
    if (!(share <= 1)) found.defects.push({ t, ours: a, talib: b, truth });
    else {
      found.share = Math.max(found.share, share);
      found.error = Math.max(found.error, Math.abs(a - b));
    }
  }
  return found;
}

const rowText = ({ t, ours, talib, truth }) => `row ${t}: ours ${ours}, TA-Lib ${talib}, truth ${truth}`;

function report(path, version, results) {
  const head = [
    'code',
    'rows',
    'max error',
    'of tolerance',
    'lost rows',
    'TA-Lib off',
    'we off',
    'TA-Lib at its worst',
  ];
  const short = (x) => x.toExponential(1);
  const cells = results.map((r) => [
    r.code,
    String(r.rows),
    short(r.error),
    short(r.share),
    String(r.lost),
    r.lost > 0 ? short(r.theirShare) : '',
    TRUTH[r.code] ? short(r.ourShare) : '',
    r.worst ? rowText(r.worst) : '',
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  console.log(`\n## ${basename(path)}, ${version}\n`);
  console.log(
    [line(head), `|${widths.map((w) => '-'.repeat(w + 2)).join('|')}|`, ...cells.map(line)].join('\n'),
  );
  for (const { code, defects } of results)
    if (defects.length > 0)
      console.log(
        `DEFECT ${code}: ${defects.length} rows off, the first: ${defects.slice(0, 3).map(rowText).join('; ')}`,
      );
}

const flag = process.argv.find((arg) => arg.startsWith('--kernels='));
const files = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const door = resolve(flag ? flag.slice('--kernels='.length) : join(here, '../../dist/kernels/index.js'));
if (files.length === 0) throw new Error('talib-compare: no klines file named');
if (!existsSync(program))
  throw new Error(`talib-compare: ${program} is missing: run npm install && npm run build here`);
if (!existsSync(door)) throw new Error(`talib-compare: ${door} is missing: run npm run build in the root`);
const kernels = await import(pathToFileURL(door).href);
console.log(`# Our kernels against TA-Lib's C

Made by bench/peers/talib-compare.mjs. rows: compared. max error, of tolerance: where TA-Lib keeps its digits; 1 is all that
SPEC 3 allows. lost rows: TA-Lib is farther than that from the direct two-pass value over the window (or departs from SPEC 3
on a flat window). TA-Lib off: how far at most, as a share of the tolerance. we off: our largest distance from the two-pass
value over all rows. Rows count from 0.`);

let defects = 0;
for (const path of files) {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const klines = readKlines(text);
  const { version, n, series } = runTalib(text);
  if (n !== klines.close.length)
    throw new Error(`talib-compare: ${path}: TA-Lib read ${n} rows, we ${klines.close.length}`);
  const ours = runKernels(kernels, klines);
  const results = [...series.keys()].map((code) => {
    if (!ours.has(code)) throw new Error(`talib-compare: the catalog has no code '${code}'`);
    return compareCode(code, ours.get(code), series.get(code), klines);
  });
  report(path, version, results);
  defects += results.filter((r) => r.defects.length > 0).length;
}
process.exitCode = defects > 0 ? 1 : 0;
