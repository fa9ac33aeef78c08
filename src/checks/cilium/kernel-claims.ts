import { knowsRouting, programNameAt, readAttached } from '../../cilium/index.ts';
import type { Exec } from '../../core/exec.ts';
import { type Check, type Evidence, everyProfile } from '../check.ts';
import { holds, none, sameSet } from '../evidence.ts';
import { commandAt } from '../probe/place.ts';
import { factRow, onEveryAgent, untold } from './claims.ts';

const links = ['-json', '-details', 'link', 'show'] as const;
const attached = ['--json', 'net', 'show'] as const;
const uplink = 'eth0';
/** cilium-health is a pod of the agent's own. */
const podDevice = /^lxc(?!_health)/;

interface Link {
  readonly ifname: string;
  readonly linkinfo?: { readonly info_kind?: string };
}

/** What devices and hooks of nodes show, whatever the agent says. */
export const kernelClaims: readonly Check[] = [
  {
    id: 'claim.cilium.routing',
    kind: 'claim',
    sentence: 'packets between nodes go as the profile asks: natively, with no tunnel device on any node',
    profiles: everyProfile,
    needs: [],
    quick: true,
    run: (context) =>
      onEveryAgent(context, async (node, view) => {
        const { routing } = context.lab.datapath;
        const tunnels = (await linksOf(context.runtime.at({ node }))).filter(({ linkinfo }) =>
          ['vxlan', 'geneve'].includes(linkinfo?.info_kind ?? ''),
        );
        const row = { what: `tunnel devices of ${node}`, command: commandAt({ node }, 'ip', links) };
        const names = tunnels.map(({ ifname }) => ifname);
        return [
          ...(knowsRouting(await view.ask(node, 'status'))
            ? [await factRow(view, node, 'routing', routing)]
            : []),
          routing === 'native'
            ? none(row, names)
            : holds(row, 'one', names.join(', ') || 'none', names.length === 1),
        ];
      }),
  },
  {
    id: 'claim.cilium.devices',
    kind: 'claim',
    sentence: 'pods are connected by veth pairs',
    profiles: everyProfile,
    needs: [],
    run: (context) =>
      onEveryAgent(context, async (node) => {
        const own = (await linksOf(context.runtime.at({ node }))).filter(({ ifname }) =>
          podDevice.test(ifname),
        );
        const others = own.filter(({ linkinfo }) => linkinfo?.info_kind !== 'veth');
        return [
          holds(
            { what: `devices of pods on ${node}`, command: commandAt({ node }, 'ip', links) },
            'all of kind veth, at least 1',
            `${own.length}, of another kind: ${others.map(({ ifname }) => ifname).join(', ') || 'none'}`,
            own.length > 0 && others.length === 0,
          ),
        ];
      }),
  },
  {
    id: 'claim.cilium.programs',
    kind: 'claim',
    sentence:
      "Cilium's program is at the ingress of each pod's device, and of the uplink where it serves Services",
    profiles: everyProfile,
    needs: [],
    quick: true,
    run: (context) =>
      onEveryAgent(context, async (node, { version }) => {
        const exec = context.runtime.at({ node });
        const { stdout } = await exec('bpftool', attached);
        const programs = readAttached(JSON.parse(stdout));
        const command = commandAt({ node }, 'bpftool', attached);
        if (programs === undefined) {
          const row = { what: `programs of ${node}`, command };
          return [holds(row, 'a list by device', untold(stdout.slice(0, 80)), false)];
        }
        const devices = (await linksOf(exec))
          .map(({ ifname }) => ifname)
          .filter((name) => podDevice.test(name));
        const at = (place: 'pods' | 'uplink'): string[] =>
          programs
            .filter(({ hook, name }) => hook.endsWith('ingress') && programNameAt(place, version)?.test(name))
            .map(({ device }) => device);
        const pods = at('pods').filter((name) => podDevice.test(name));
        const rows: Evidence[] = [
          sameSet({ what: `pods' devices of ${node} with a program`, command }, devices, pods),
        ];
        if (context.lab.datapath.serviceLB !== 'bpf') return rows;
        const ofUplink = at('uplink').filter((name) => name === uplink);
        return [...rows, sameSet({ what: `uplink of ${node} with a program`, command }, [uplink], ofUplink)];
      }),
  },
];

async function linksOf(exec: Exec): Promise<readonly Link[]> {
  const { stdout } = await exec('ip', links);
  return JSON.parse(stdout) as Link[];
}
