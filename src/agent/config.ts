import { statfsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentConfig } from '../core/agent-config.ts';
import { messageOf, usageError } from '../core/errors.ts';
import { isErrno } from '../platform/fs.ts';

/**
 * Reads the file that `labctl render --only agent` prints. Its writer has validated it; the schema is
 * checked. In Kubernetes all nodes share one file, which names none: the pod's environment does.
 */
export async function readConfig(path: string): Promise<AgentConfig> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw usageError('E_AGENT_CONFIG', `${path}: ${messageOf(cause)}`, {
      cause,
      fix: 'write it with: labctl render --only agent',
    });
  }
  if (!isAgentConfig(value)) {
    throw usageError('E_AGENT_CONFIG', `${path} is not an agent configuration of this version`, {
      fix: 'its schema must be labctl.dev/agent/v1: write it with labctl render --only agent',
    });
  }
  const { node, paths } = value;
  return {
    ...value,
    node: node === '' ? (process.env.LABCTL_NODE ?? '') : node,
    paths: { ...paths, cgroup: cgroup2At(paths.cgroup) },
  };
}

const isAgentConfig = (value: unknown): value is AgentConfig =>
  typeof value === 'object' &&
  value !== null &&
  (value as Partial<AgentConfig>).schema === 'labctl.dev/agent/v1';

const cgroup2Magic = 0x63677270;

/** Where version 1 of cgroups is mounted too, version 2 is a directory below. */
function cgroup2At(path: string): string {
  const below = join(path, 'unified');
  return [path, below].find(isCgroup2) ?? path;
}

function isCgroup2(path: string): boolean {
  try {
    return statfsSync(path).type === cgroup2Magic;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
