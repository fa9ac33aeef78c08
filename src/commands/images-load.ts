import { usageError } from '../core/errors.ts';
import { requireLabName } from '../core/lab-name.ts';
import type { CommandDefinition } from './command.ts';
import { filledOption } from './shared.ts';

export const imagesLoad: CommandDefinition = {
  name: 'load',
  summary: 'put an archive of images into the nodes of a lab, or where up finds it',
  options: [
    { flags: '--file <file>', summary: 'what labctl images save wrote' },
    { flags: '--name <lab>', summary: 'lab whose nodes get them (default: the local container engine)' },
    { flags: '--cilium-version <version>', summary: 'whose values are shown (default: the newest known)' },
  ],
  examples: ['labctl images load --file cilium.tar', 'labctl images load --file cilium.tar --name lab'],
  run: async (context, _args, options) => {
    const [file, name] = [filledOption(options, 'file'), filledOption(options, 'name')];
    if (file === undefined) throw usageError('E_USAGE', 'from where?', { fix: '--file cilium.tar' });
    const { defaultVersion, parseVersion, valuesWithoutPulls } = await import('../cilium/index.ts');
    const { yamlText } = await import('../lab/render/files.ts');
    const values = valuesWithoutPulls(parseVersion(filledOption(options, 'ciliumVersion') ?? defaultVersion));
    const { loadImages } = await import('../lab/cilium/load-images.ts');
    const lab = name === undefined ? undefined : requireLabName(name);
    const rows = await loadImages(file, lab, context);
    return {
      data: { images: rows, values },
      table: {
        head: ['WHERE', 'IMAGE', 'ACTION'],
        rows: rows.map(({ node, image, action }) => [node, image, action]),
      },
      text: `values with which nodes take these and pull nothing:\n${yamlText([values])}`,
    };
  },
};
