import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deviceNames, ifindexOf } from '../bpf-sys/index.ts';
import type { AgentConfig } from '../core/agent-config.ts';
import type { Exec } from '../core/exec.ts';
import { addressAt, isCidr4 } from '../core/ip.ts';
import { deviceHooks } from './attach/device-hooks.ts';
import { type DeviceRole, rowsOf } from './attach/rows.ts';
import { type CniPlaces, kubernetesPlaces, removeCni } from './cni/install.ts';
import { removeLinks } from './endpoints/links.ts';
import { openEndpointStore } from './endpoints/store.ts';
import { findIptables } from './iptables/backend.ts';
import { readJson } from './json-file.ts';
import { removeMasquerade } from './masquerade/iptables.ts';
import { type OldValues, restoreSettings } from './node/sysctls.ts';
import { pinPaths } from './pins.ts';
import { routeProtocol } from './reconcile/routes.ts';

export interface Cleaned {
  readonly links: number;
  readonly routes: number;
}

/**
 * Takes everything that agents left on a node away, whatever version of the configuration they ran with:
 * the way back of `run`. No agent may run meanwhile. Repeatable.
 */
export async function cleanNode(
  config: AgentConfig,
  exec: Exec,
  places: CniPlaces = kubernetesPlaces,
): Promise<Cleaned> {
  const { paths, network } = config;
  // First, so that the kubelet begins no pod that would lose its network at once.
  removeCni(places);
  const store = await openEndpointStore(join(paths.run, 'endpoints'));
  const records = store.all();
  detachDevices(paths.pins, network.device, new Set(records.map(({ link }) => link)));
  for (const record of records) await removeLinks(exec, record);
  // What is attached by links alone ends with its last pin.
  rmSync(paths.pins, { recursive: true, force: true });
  await removeMasquerade(await findIptables(exec, { lockFile: join(paths.run, 'xtables.lock') }));
  const routes = await removeRoutes(exec);
  restoreSettings((await readJson<OldValues>(join(paths.run, 'sysctl.json'))) ?? {});
  emptyDirectory(paths.run);
  return { links: records.length, routes };
}

/** Both ways to attach: an agent before the last one may have used the other. */
function detachDevices(pins: string, uplink: string, links: ReadonlySet<string>): void {
  const present = deviceNames();
  for (const mode of ['tcx', 'clsact'] as const) {
    const hooks = deviceHooks(mode, pinPaths(pins));
    const detach = (role: DeviceRole, device: string): void => {
      for (const row of rowsOf(role)) hooks.detach(row, device, ifindexOf(device));
    };
    for (const device of present) {
      if (device === uplink) detach('device', device);
      if (links.has(device)) detach('endpoint', device);
    }
  }
}

/** Our routes, and the gateway's address that goes with the one to the node's own pods. */
async function removeRoutes(exec: Exec): Promise<number> {
  const { stdout } = await exec('ip', ['-json', 'route', 'show', 'proto', String(routeProtocol)]);
  const routes = JSON.parse(stdout.trim() === '' ? '[]' : stdout) as {
    readonly dst: string;
    readonly gateway?: string;
  }[];
  for (const { dst, gateway } of routes) {
    if (gateway === undefined && isCidr4(dst)) await removeGateway(exec, `${addressAt(dst, 1)}/32`);
    await exec('ip', ['route', 'delete', dst, 'proto', String(routeProtocol)]);
  }
  return routes.length;
}

async function removeGateway(exec: Exec, address: string): Promise<void> {
  const { stdout } = await exec('ip', ['-json', 'address', 'show', 'dev', 'lo', 'to', address]);
  const [link] = JSON.parse(stdout) as { readonly addr_info?: readonly object[] }[];
  if ((link?.addr_info ?? []).length > 0) await exec('ip', ['address', 'delete', address, 'dev', 'lo']);
}

/** The directory itself is a mount of the pod. */
function emptyDirectory(path: string): void {
  for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true });
}
