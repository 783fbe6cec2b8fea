import { existsSync, readFileSync } from 'node:fs';

// `passed failed skipped` of vitest's JSON report, for .ci/run. Beside failed tests one failure counts for each file
// that failed without one (it does not load), and one for an exit code that nothing else explains (an unhandled error,
// a crash without a report, no test at all).
const [file, exitCode] = process.argv.slice(2);
const files = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults : [];
const count = { passed: 0, failed: 0, skipped: 0 };
for (const { status, assertionResults } of files) {
  const failed = assertionResults.filter((test) => test.status === 'failed').length;
  const passed = assertionResults.filter((test) => test.status === 'passed').length;
  count.passed += passed;
  count.failed += status === 'failed' ? Math.max(failed, 1) : failed;
  // pending, skipped, todo, disabled: whatever did not run.
  count.skipped += assertionResults.length - passed - failed;
}
if (count.failed === 0 && (exitCode !== '0' || count.passed === 0)) count.failed = 1;
console.log(count.passed, count.failed, count.skipped);
