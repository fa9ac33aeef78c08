import { chmodSync, copyFileSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AgentPaths } from '../../core/agent-config.ts';
import type { Exec } from '../../core/exec.ts';
import { makeDirectory } from '../../core/make-directory.ts';
import { cniConfiguration } from '../../core/names.ts';
import { isErrno, projectRoot, writeAtomic } from '../../platform/fs.ts';
import { compilePlugin } from '../compile.ts';

export interface CniPlaces {
  /** Where the container runtime looks for plug-ins. */
  readonly binaries: string;
  /** Where it looks for configurations. */
  readonly configurations: string;
}

export const kubernetesPlaces: CniPlaces = { binaries: '/opt/cni/bin', configurations: '/etc/cni/net.d' };
const pluginName = 'labctl-cni';

/**
 * Hands the node's pods to this agent. Call it when the node is programmed: from here on the kubelet
 * calls the node ready. Removed by `labctl down` only, as a node without it stops taking pods.
 */
export async function installCni(
  paths: Pick<AgentPaths, 'cache' | 'socket'>,
  exec: Exec,
  places: CniPlaces = kubernetesPlaces,
): Promise<void> {
  const sources = join(projectRoot(), 'cni');
  const plugin = await compilePlugin({ sources, file: `${pluginName}.c`, cache: paths.cache, exec });
  placeBinary(plugin.path, join(places.binaries, pluginName));
  makeDirectory(places.configurations);
  const text = `${JSON.stringify(configuration(paths.socket), null, 2)}\n`;
  await writeAtomic(join(places.configurations, cniConfiguration), text, 0o644);
}

/** Takes the node's pods from this agent: the configuration first, which names the plug-in. Repeatable. */
export function removeCni(places: CniPlaces): void {
  rmSync(join(places.configurations, cniConfiguration), { force: true });
  rmSync(join(places.binaries, pluginName), { force: true });
}

const configuration = (agentSocket: string): object => ({
  cniVersion: '1.0.0',
  name: 'labctl',
  plugins: [{ type: pluginName, agentSocket }],
});

/** A plug-in that runs cannot be overwritten, and one that is the same stays. */
function placeBinary(from: string, to: string): void {
  if (sameContent(from, to)) return;
  makeDirectory(dirname(to));
  const aside = `${to}.${process.pid}`;
  copyFileSync(from, aside);
  chmodSync(aside, 0o755);
  renameSync(aside, to);
}

function sameContent(a: string, b: string): boolean {
  try {
    return readFileSync(a).equals(readFileSync(b));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
