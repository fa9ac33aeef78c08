import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type ChartText, parseVersion, readChart } from '../../../cilium/index.ts';
import { compareVersions } from '../../../cilium/version.ts';
import { exec } from '../../../platform/exec.ts';
import { templateRelease } from '../../../platform/helm.ts';
import { resolveLab } from '../../../profile/resolve.ts';
import { ciliumRelease } from '../manifests.ts';
import type { CiliumRequestWithChart } from '../plan.ts';

/** Where released charts are, as `cilium-1.20.0.tgz`: the only proof that values mean to a chart what our tables say. */
const directory = process.env.LABCTL_CHARTS_DIR ?? '';
const hasHelm = (process.env.PATH ?? '').split(delimiter).some((at) => existsSync(join(at, 'helm')));
export const cannotRender = directory === '' || !hasHelm;

/** The versions at hand, oldest first. */
export const versions: readonly string[] = (directory === '' ? [] : readdirSync(directory))
  .flatMap((name) => /^cilium-(.*)\.tgz$/.exec(name)?.[1] ?? [])
  .sort(compareVersions);
export const placeOf = (version: string): string => join(directory, `cilium-${version}.tgz`);

/** Labs that together want every word of every intent that a profile can want. */
export const setups = {
  'kube-proxy': { flags: { profile: 'kube-proxy' } },
  kpr: { flags: { profile: 'kpr' } },
  ebpf: { flags: { profile: 'ebpf' } },
  'kpr, all observed, pools, several control planes': {
    flags: {
      ...{ profile: 'kpr', controlPlanes: 3, ipam: 'cluster-pool' },
      ipamPool: ['10.244.0.0/17', '10.244.128.0/18'],
    },
    observe: 'full',
  },
} as const;
export type Setup = (typeof setups)[keyof typeof setups];

export async function requestFor(version: string, setup: Setup): Promise<CiliumRequestWithChart> {
  const { lab } = resolveLab({ flags: { runtime: 'kind', name: 'mine', ...setup.flags } });
  const observe = 'observe' in setup ? setup.observe : 'default';
  const place = placeOf(version);
  const chart = { ...(await chartOf(version)), place };
  return { lab, observe, version: parseVersion(version), chart, asked: [] };
}

const read = new Map<string, Promise<ChartText>>();

/** The text of a chart, read once. */
export function chartOf(version: string): Promise<ChartText> {
  const known = read.get(version) ?? readChart(exec, placeOf(version));
  read.set(version, known);
  return known;
}

/** The objects that the chart makes; throws where helm refuses, or the YAML is one that strict readers refuse. */
export async function rendered(request: CiliumRequestWithChart, values?: unknown): Promise<unknown[]> {
  const text = await templateRelease(exec, ciliumRelease(request, request.chart, values));
  return [...parseAllDocuments(text)].map((document): unknown => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS();
  });
}
