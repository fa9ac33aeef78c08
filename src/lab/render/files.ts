import { join } from 'node:path';
import { Document } from 'yaml';
import { ownerLabel, ownerMark } from '../../core/owner-mark.ts';
import { registryFiles, renderKind } from '../../profile/render-kind.ts';
import { renderValues } from '../../profile/render-values.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { agentConfigs, demoManifests } from './rendering.ts';

/** What `render` shows when nothing is said. */
export const parts = ['kind', 'values', 'agent', 'manifests'] as const;
export type Part = (typeof parts)[number] | 'chart';

/** One part of what a lab is made of. */
export interface RenderedPart {
  readonly part: Part;
  readonly title: string;
  readonly documents: readonly unknown[];
  readonly files: readonly RenderedFile[];
}
export interface RenderedFile {
  /** Below the directory that is written. */
  readonly path: string;
  readonly text: string;
}

/** Renders the wanted parts. With a directory, paths inside them point into it. Changes nothing. */
export async function renderParts(
  lab: ResolvedLab,
  wanted: readonly Part[],
  directory?: string,
): Promise<readonly RenderedPart[]> {
  return Promise.all(wanted.map((part) => renderers[part](lab, directory)));
}

type Renderer = (lab: ResolvedLab, directory?: string) => RenderedPart | Promise<RenderedPart>;
const renderers: Readonly<Record<Part, Renderer>> = {
  kind: (lab, directory) => {
    const config = renderKind(lab, directory === undefined ? undefined : join(directory, 'registries'), {
      [ownerLabel]: ownerMark(),
    });
    const registries = registryFiles(lab).map(({ path, text }) => ({ path: join('registries', path), text }));
    return {
      ...single('kind', 'kind cluster: kind create cluster --config kind.yaml', 'kind.yaml', [config]),
      files: [{ path: 'kind.yaml', text: yamlText([config]) }, ...registries],
    };
  },
  values: (lab) =>
    single('values', 'chart values: helm install labctl templates/chart -f values.yaml', 'values.yaml', [
      renderValues(lab),
    ]),
  chart: async (lab) => {
    const { chartManifests } = await import('./chart.ts');
    return single('chart', 'what helm installs', 'chart.yaml', await chartManifests(lab));
  },
  agent: (lab) => {
    const configs = agentConfigs(lab);
    const files = configs.map((config) => ({
      path: join('agent', `${config.node}.json`),
      text: `${JSON.stringify(config, null, 2)}\n`,
    }));
    return { ...single('agent', 'agents, one document per node', '', configs), files };
  },
  manifests: async (lab) => single('manifests', 'demo workloads', 'manifests.yaml', await demoManifests(lab)),
};

const single = (part: Part, title: string, path: string, documents: readonly unknown[]): RenderedPart => ({
  part,
  title,
  documents,
  files: [{ path, text: yamlText(documents) }],
});

/** YAML documents one after the other; what YAML 1.1 readers (kind, helm) take for no text is quoted. */
export const yamlText = (documents: readonly unknown[]): string =>
  documents
    .map((value) =>
      new Document(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1' }).toString({ lineWidth: 0 }),
    )
    .join('---\n');
