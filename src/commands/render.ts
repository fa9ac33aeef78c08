import { resolve } from 'node:path';
import type { RenderedPart } from '../lab/render/files.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';
import { cniOptions, isCilium, observeOption } from './cilium-input.ts';
import type { CommandDefinition, CommandResult } from './command.ts';
import { labOptions, resolveInput } from './lab-input.ts';
import { ciliumParts } from './render-cilium.ts';
import { filledOption } from './shared.ts';
import { wordOption } from './word-option.ts';

const words = ['kind', 'values', 'chart', 'agent', 'manifests'] as const;
type Word = (typeof words)[number];

export const render: CommandDefinition = {
  name: 'render',
  summary: 'show everything that a lab is made of; touches nothing',
  options: [
    ...labOptions,
    { flags: '--only <part>', summary: `one part: ${words.join(', ')} (chart needs helm, and comes alone)` },
    ...cniOptions,
    observeOption,
    { flags: '--dir <directory>', summary: 'write files there instead; foreign files are never replaced' },
  ],
  examples: [
    'labctl render --profile ebpf --only kind > kind.yaml',
    'labctl render --profile ebpf --cni cilium --cilium-version 1.14.3 --only values',
    'labctl render -f lab.labctl.yaml --dir ./rendered',
  ],
  run: async (context, _args, options) => {
    const only = wordOption(options, 'only', words);
    const { lab } = await resolveInput(context, options);
    const dir = filledOption(options, 'dir');
    const directory = dir === undefined ? undefined : resolve(dir);
    const rendered = isCilium(options)
      ? await ciliumParts(context, lab, only, options, directory)
      : await labctlParts(lab, only, directory);
    return directory === undefined ? shown(rendered, only) : written(directory, rendered);
  },
};

async function labctlParts(
  lab: ResolvedLab,
  only: Word | undefined,
  directory: string | undefined,
): Promise<readonly RenderedPart[]> {
  const { parts, renderParts } = await import('../lab/render/files.ts');
  return renderParts(lab, only === undefined ? parts : [only], directory);
}

async function shown(rendered: readonly RenderedPart[], only: Word | undefined): Promise<CommandResult> {
  const { yamlText } = await import('../lab/render/files.ts');
  const filled = rendered.filter(({ documents }) => documents.length > 0);
  const text = filled.map(({ title, documents }) => `# ${title}\n${yamlText(documents)}`).join('---\n');
  const data = Object.fromEntries(rendered.map((one) => [one.part, dataOf(one)]));
  return { data: only === undefined ? data : data[only], text };
}

const dataOf = ({ part, documents }: RenderedPart): unknown =>
  part === 'agent'
    ? documents
    : part === 'manifests' || part === 'chart'
      ? { apiVersion: 'v1', kind: 'List', items: documents }
      : documents[0];

async function written(directory: string, rendered: readonly RenderedPart[]): Promise<CommandResult> {
  const { writeDirectory } = await import('../lab/render/write-directory.ts');
  const changes = await writeDirectory(
    directory,
    rendered.flatMap(({ files }) => files),
  );
  const rows = changes.map(({ path, action }) => [path, action]);
  return { data: { directory, files: changes }, table: { head: ['FILE', 'ACTION'], rows } };
}
