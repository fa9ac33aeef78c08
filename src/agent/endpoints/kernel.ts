import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ifindexOf, inNamespace } from '../../bpf-sys/index.ts';
import { messageOf } from '../../core/errors.ts';
import { parseIp4 } from '../../core/ip.ts';
import { LabIdentity } from '../../datapath/generated/enums.ts';
import type { LabEndpoint, LabEndpointKey } from '../../datapath/generated/structs.ts';
import { isErrno } from '../../platform/fs.ts';
import { applySettings } from '../node/sysctls.ts';
import { type LinkContext, makeLinks, removeLinks } from './links.ts';
import { podSettings } from './pod-settings.ts';
import type { EndpointKernel } from './ports.ts';
import type { EndpointRecord } from './record.ts';

export interface EndpointTable {
  readonly get: (key: LabEndpointKey) => LabEndpoint | undefined;
  readonly set: (key: LabEndpointKey, value: LabEndpoint) => void;
  readonly delete: (key: LabEndpointKey) => unknown;
}
/** tc programs of pod links, by device name. */
export interface EndpointHooks {
  readonly endpoint: (device: string) => void;
  readonly detachEndpoint: (device: string) => void;
}

/** Endpoints in the kernel of this node. */
export function endpointKernel(
  links: LinkContext,
  table: EndpointTable,
  hooks: EndpointHooks,
): EndpointKernel {
  return {
    netnsId,
    prepareNamespace: async (path) => inNamespace(path, () => void applySettings(podSettings)),
    makeLinks: async (record) => {
      await makeLinks(links, record);
      return ifindexOf(record.link) ?? 0;
    },
    removeLinks: (record) => removeLinks(links.exec, record),
    attach: async (record) => {
      table.set(keyOf(record), endpointOf(record));
      hooks.endpoint(record.link);
    },
    detach: async (record) => {
      hooks.detachEndpoint(record.link);
      table.delete(keyOf(record));
    },
    problems: async (record) => [...nodeProblems(record, table), ...(await podProblems(links, record))],
  };
}

export const hasIp6 = (): boolean => existsSync('/proc/sys/net/ipv6');

async function netnsId(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

const keyOf = (record: EndpointRecord): LabEndpointKey => ({ addr: parseIp4(record.address) ?? 0 });

const endpointOf = (record: EndpointRecord): LabEndpoint => ({
  ifindex: record.ifindex,
  identity: LabIdentity.pod,
  id: record.id,
  flags: 0,
  mac: macBytes(record.mac),
  nodeMac: macBytes(record.nodeMac),
});

const macBytes = (text: string): Uint8Array =>
  Uint8Array.from(text.split(':').map((byte) => Number.parseInt(byte, 16)));

function nodeProblems(record: EndpointRecord, table: EndpointTable): string[] {
  const ifindex = ifindexOf(record.link);
  return [
    ...(ifindex === record.ifindex
      ? []
      : [`the node has no link ${record.link} with index ${record.ifindex}`]),
    ...(table.get(keyOf(record))?.ifindex === record.ifindex
      ? []
      : [`lab_endpoints has no ${record.address}`]),
  ];
}

async function podProblems({ exec }: LinkContext, record: EndpointRecord): Promise<string[]> {
  if ((await netnsId(record.netns)) !== record.netnsId) return [`${record.netns} is another namespace now`];
  try {
    const { stdout } = await exec('nsenter', [
      `--net=${record.netns}`,
      ...['ip', '-json', '-4', 'addr', 'show', 'dev', record.ifName],
    ]);
    const [link] = JSON.parse(stdout) as { readonly addr_info?: readonly { readonly local?: string }[] }[];
    const has = link?.addr_info?.some(({ local }) => local === record.address) === true;
    return has ? [] : [`${record.ifName} of the pod does not have ${record.address}`];
  } catch (error) {
    return [messageOf(error)];
  }
}
