import { join } from 'node:path';
import { type CliCase, readJUnit, readSummary, unfinished } from '../../cilium/index.ts';
import { LabError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { inTemporary, readIfPresent } from '../../platform/fs.ts';
import { kubeconfigOf } from '../kind/context.ts';
import { ciliumCli } from './programs.ts';

/** It deploys its own pods, from images that nodes must pull or have, and may take most of this. */
const limitMs = 2_700_000;
const command = ['connectivity', 'test'] as const;

/** Runs `cilium connectivity test` against a lab. Skipped with the reason where cilium-cli is not there. */
export async function connectivityTest(
  exec: Exec,
  lab: string,
  signal: AbortSignal,
  isThere?: boolean,
): Promise<readonly CliCase[]> {
  const cli = await ciliumCli(exec, isThere);
  if ('lacking' in cli) return [{ name: 'run', status: 'skipped', seconds: 0, reason: cli.lacking }];
  return inTemporary('connectivity', async (directory) => {
    const file = join(directory, 'junit.xml');
    const help = await exec('cilium', [...command, '--help'], { allowFailure: true });
    const writes = help.stdout.includes('--junit-file') ? ['--junit-file', file] : [];
    try {
      const { stdout, stderr, exitCode } = await exec('cilium', [...command, ...writes], {
        // Not by a flag: those of its versions differ.
        env: { KUBECONFIG: kubeconfigOf(lab) },
        allowFailure: true,
        timeoutMs: limitMs,
        signal,
      });
      const xml = await readIfPresent(file);
      return xml === undefined ? readSummary(`${stdout}\n${stderr}`, exitCode) : readJUnit(xml, exitCode);
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'E_COMMAND_TIMEOUT') throw error;
      return [unfinished(error.message)];
    }
  });
}
