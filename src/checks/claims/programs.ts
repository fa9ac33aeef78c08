import type { InspectedProgram } from '../../datapath/inspection.ts';
import { type Check, type Evidence, everyProfile } from '../check.ts';
import { followMs } from '../engine/follow.ts';
import { equal, none, sameSet } from '../evidence.ts';
import { cgroupPrograms, devicePrograms, podPrograms } from '../kernel/programs.ts';
import type { NodeEvidence } from '../kernel/view.ts';
import { onEveryNode } from './per-node.ts';

/**
 * Hooks are counted by place: exactly one program of ours at each, and nobody else's. The tag is the
 * kernel's hash of the instructions: all places of one program must show the same one.
 */
export const programClaims: readonly Check[] = [
  {
    id: 'claim.programs.attached',
    kind: 'claim',
    sentence: 'each hook of every node has exactly its one program of the datapath',
    profiles: everyProfile,
    needs: [],
    quick: true,
    settleMs: followMs.pods,
    run: async (context) => {
      const pods = await context.runtime.cluster.list('Pod');
      const onNode = (node: string): number =>
        pods.filter(
          ({ spec, status }) =>
            spec.nodeName === node && spec.hostNetwork !== true && status?.podIP !== undefined,
        ).length;
      const rows = await onEveryNode(context, (node, evidence) => {
        const row = { command: context.kernel.inspectCommand(node) };
        return [
          ...tcRows(node, evidence, onNode(node), row),
          ...(context.lab.datapath.serviceLB === 'bpf' ? [cgroupRow(node, evidence, row)] : []),
        ];
      });
      const tags = await sameTags(context.runtime.nodes.map(({ name }) => context.kernel.node(name)));
      return [...rows, ...tags];
    },
  },
  {
    id: 'claim.socketlb.absent',
    kind: 'claim',
    sentence: 'no program translates at sockets: no cgroup hook of any node holds one',
    profiles: ['kube-proxy'],
    needs: [],
    quick: true,
    run: (context) =>
      onEveryNode(context, (node, { inspection }) => [
        none(
          { what: `cgroup hooks of ${node}`, command: context.kernel.inspectCommand(node) },
          inspection.programs.filter(({ hook }) => hook in cgroupPrograms).map(describe),
        ),
      ]),
  },
];

type Row = Pick<Evidence, 'command'>;

/** Pod devices are those that are not the uplink: each pod of the node has one of each direction. */
function tcRows(node: string, { inspection }: NodeEvidence, pods: number, row: Row): Evidence[] {
  const tc = inspection.programs.filter(({ hook }) => /^(tcx|clsact)\//.test(hook));
  const foreign = tc.filter(({ ours }) => !ours).map(describe);
  const directions = ['ingress', 'egress'] as const;
  return [
    none({ what: `programs on ${node} that are not the datapath's`, ...row }, foreign),
    ...directions.flatMap((direction) => [
      onePerDevice(`uplink of ${node}, ${direction}`, tc, direction, devicePrograms[direction], 1, row),
      onePerDevice(`pods of ${node}, ${direction}`, tc, direction, podPrograms[direction], pods, row),
    ]),
  ];
}

function onePerDevice(
  what: string,
  programs: readonly InspectedProgram[],
  direction: string,
  name: string,
  devices: number,
  row: Row,
): Evidence {
  const found = programs.filter(
    (program) => program.ours && program.hook.endsWith(`/${direction}`) && program.name === name,
  );
  const places = new Set(found.map(({ at }) => at));
  const sample = found[0];
  const identity = sample === undefined ? '' : `, id ${sample.id} tag ${sample.tag} by ${sample.hook}`;
  return {
    what: `${name} at ${what}`,
    expected: `1 on each of ${devices} devices`,
    observed: `${found.length} on ${places.size} devices${identity}`,
    ok: found.length === devices && places.size === devices,
    ...row,
  };
}

function cgroupRow(node: string, { inspection }: NodeEvidence, row: Row): Evidence {
  const found = inspection.programs.filter(({ hook, ours }) => ours && hook.startsWith('cgroup/'));
  return sameSet(
    { what: `socket hooks of ${node}`, ...row },
    Object.entries(cgroupPrograms).map(([hook, name]) => `${hook} ${name}`),
    counted(found.map(({ hook, name }) => `${hook} ${name}`)),
  );
}

/** A name that comes twice shows as such: a set would hide a program that is stacked on itself. */
const counted = (names: readonly string[]): string[] =>
  names.map((name, index) => (names.indexOf(name) === index ? name : `${name} once more`));

async function sameTags(nodes: readonly Promise<NodeEvidence>[]): Promise<Evidence[]> {
  const programs = (await Promise.all(nodes)).flatMap(({ inspection }) =>
    inspection.programs.filter(({ ours }) => ours),
  );
  const names = [...new Set(programs.map(({ name }) => name))].sort();
  return names.map((name) => {
    const tags = new Set(programs.filter((program) => program.name === name).map(({ tag }) => tag));
    const row = { what: `tags of ${name} on all nodes`, command: 'bpftool prog show' };
    return { ...equal(row, 1, tags.size), observed: [...tags].join(', ') };
  });
}

const describe = ({ hook, at, name, id, tag }: InspectedProgram): string =>
  `${name} (id ${id}, tag ${tag}) at ${hook} of ${at}`;
