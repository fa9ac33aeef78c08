import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ExitCode, LabError, messageOf, usageError } from '../core/errors.ts';
import { jsonLog } from '../core/log.ts';
import type { OperatorConfig } from '../core/operator-config.ts';
import { runOperator } from './run.ts';

/** `operator --config FILE`: gives nodes their networks (cluster-pool IPAM), one of all operators at a time. */
const log = jsonLog((line) => void process.stdout.write(line));
const end = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end.abort());

try {
  await runOperator(await readConfig(), log, end.signal);
  process.exit(ExitCode.ok);
} catch (error) {
  const fields = error instanceof LabError ? { code: error.code, fix: error.fix } : { stack: stackOf(error) };
  log.error(messageOf(error), fields);
  process.exit(error instanceof LabError ? error.exitCode : ExitCode.bug);
}

async function readConfig(): Promise<OperatorConfig> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  const path = values.config ?? '/etc/labctl/operator.json';
  const config = JSON.parse(await readFile(path, 'utf8')) as Partial<OperatorConfig>;
  if (config.schema === 'labctl.dev/operator/v1') return config as OperatorConfig;
  throw usageError('E_OPERATOR_CONFIG', `${path} is not an operator configuration of this version`, {
    fix: 'its schema must be labctl.dev/operator/v1: install chart and image of one version',
  });
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
