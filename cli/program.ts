import type { Command } from 'commander';
import { group } from './command.js';
import { auditCommand } from './commands/audit.js';
import { benchCommand } from './commands/bench.js';
import { checkCommand } from './commands/check.js';
import { copyCommand } from './commands/copy.js';
import { downloadCommand } from './commands/download.js';
import { explainCommand } from './commands/explain.js';
import { exportCommand } from './commands/export.js';
import { forgetCommand } from './commands/forget.js';
import { gapsCommand } from './commands/gaps.js';
import { loadCommand } from './commands/load.js';
import { migrateCommand } from './commands/migrate.js';
import { mineCommand } from './commands/mine.js';
import { produceCommand } from './commands/produce.js';
import { recomputeCommand } from './commands/recompute.js';
import { replicaCommand } from './commands/replica.js';
import { reportCommand } from './commands/report.js';
import { resampleCommand } from './commands/resample.js';
import { runsCommand } from './commands/runs.js';
import { serveCommand } from './commands/serve.js';
import { sqlCommand } from './commands/sql.js';
import { startCommand } from './commands/start.js';
import { statusCommand } from './commands/status.js';
import { strategyCommand } from './commands/strategy.js';
import { streamCommand } from './commands/stream.js';
import { verifyCommand } from './commands/verify.js';
import { packageVersion } from './package-version.js';

/** The whole command line, in the order of its help. */
export function createProgram(): Command {
  const program = group(
    'klinemill',
    'recompute klines into indicators, metrics, predictions and confirmed results',
  );
  program.version(packageVersion(), '-V, --version', 'show the version');
  const commands = [
    startCommand(),
    downloadCommand(),
    loadCommand(),
    resampleCommand(),
    recomputeCommand(),
    produceCommand(),
    streamCommand(),
    reportCommand(),
    explainCommand(),
    mineCommand(),
    serveCommand(),
    statusCommand(),
    gapsCommand(),
    strategyCommand(),
    exportCommand(),
    sqlCommand(),
    checkCommand(),
    verifyCommand(),
    auditCommand(),
    runsCommand(),
    benchCommand(),
    forgetCommand(),
    replicaCommand(),
    copyCommand(),
    migrateCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  return program;
}
