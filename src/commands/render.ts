import { resolve } from 'node:path';
import { usageError } from '../core/errors.ts';
import { nearestWord } from '../core/nearest-word.ts';
import type { RenderedPart } from '../lab/render/files.ts';
import type { CommandDefinition, CommandResult } from './command.ts';
import { labOptions, resolveInput } from './lab-input.ts';
import { filledOption, textOption } from './shared.ts';

const words = ['kind', 'values', 'chart', 'agent', 'manifests'] as const;
type Word = (typeof words)[number];

export const render: CommandDefinition = {
  name: 'render',
  summary: 'show everything that a lab is made of; touches nothing',
  options: [
    ...labOptions,
    { flags: '--only <part>', summary: `one part: ${words.join(', ')} (chart needs helm, and comes alone)` },
    { flags: '--dir <directory>', summary: 'write files there instead; foreign files are never replaced' },
  ],
  examples: [
    'labctl render --profile ebpf --only kind > kind.yaml',
    'labctl render -f lab.labctl.yaml --dir ./rendered',
  ],
  run: async (context, _args, options) => {
    const only = partOf(textOption(options, 'only'));
    const { lab } = await resolveInput(context, options);
    const { parts, renderParts } = await import('../lab/render/files.ts');
    const dir = filledOption(options, 'dir');
    const directory = dir === undefined ? undefined : resolve(dir);
    const rendered = await renderParts(lab, only === undefined ? parts : [only], directory);
    return directory === undefined ? shown(rendered, only) : written(directory, rendered);
  },
};

function partOf(text: string | undefined): Word | undefined {
  const found = words.find((word) => word === text);
  if (text === undefined || found !== undefined) return found;
  const near = nearestWord(text, words);
  throw usageError('E_USAGE', `--only ${text}: no such part`, {
    fix: `${near === undefined ? '' : `did you mean ${near}? `}one of ${words.join(', ')}`,
  });
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
