import { networkInterfaces } from 'node:os';
import type { AgentConfig } from '../core/agent-config.ts';
import { environmentError, LabError } from '../core/errors.ts';
import type { Exec } from '../core/exec.ts';
import type { Ip4 } from '../core/ip.ts';
import type { Sources, StageAnswer } from '../core/reload.ts';
import { compileDatapath } from './compile.ts';
import { nodeFacts, tryDatapath } from './load.ts';
import { dropSources, keepSources, sourcesAt, sourcesOf } from './sources.ts';
import { isSwitched, readTraces } from './traces.ts';

/**
 * Keeps sources for a later `use`, once they are known to work on this node: they compile, the agent's codecs
 * and the pinned tables fit them, and the verifier takes every program. Nothing that runs changes.
 */
export async function stageSources(config: AgentConfig, sources: Sources, exec: Exec): Promise<StageAnswer> {
  const { paths, network } = config;
  const name = await keepSources(paths.run, sources);
  const directory = sourcesAt(paths.run, name);
  try {
    const built = await compileDatapath({ sources: directory, cache: paths.cache, exec });
    const facts = nodeFacts(network.device, addressOn(network.device));
    tryDatapath(config, { ...facts, isSwitched: isSwitched(config, await readTraces(config)) }, built);
    return { staged: { name, key: built.key, cold: !built.warm } };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    if ((await sourcesOf(paths)) !== directory) await dropSources(paths.run, name);
    const { code, exitCode, message, fix } = error;
    return { refused: { code, exitCode, message, ...(fix === undefined ? {} : { fix }) } };
  }
}

/** What the programs would be told at their start, without asking the cluster. */
function addressOn(device: string): Ip4 {
  const found = networkInterfaces()[device]?.find(({ family }) => family === 'IPv4');
  if (found !== undefined) return found.address as Ip4;
  throw environmentError('E_NO_DEVICE', `device ${device} of this node has no address`);
}
