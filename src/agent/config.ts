import { readFile } from 'node:fs/promises';
import type { AgentConfig } from '../core/agent-config.ts';
import { messageOf, usageError } from '../core/errors.ts';

/** Reads the file that `labctl render --only agent` prints. Its writer has validated it; the schema is checked. */
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
  return value;
}

const isAgentConfig = (value: unknown): value is AgentConfig =>
  typeof value === 'object' &&
  value !== null &&
  (value as Partial<AgentConfig>).schema === 'labctl.dev/agent/v1';
