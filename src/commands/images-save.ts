import { usageError } from '../core/errors.ts';
import { ciliumInput, ciliumOptions } from './cilium-input.ts';
import type { CommandDefinition } from './command.ts';
import { filledOption } from './shared.ts';

export const imagesSave: CommandDefinition = {
  name: 'save',
  summary: 'fetch the images from their registries into one archive; needs no container engine',
  options: [
    ...ciliumOptions,
    { flags: '--file <file>', summary: 'the archive; a second run goes on where the first ended' },
  ],
  examples: [
    'labctl images save --cilium-version 1.20.0 --file cilium.tar',
    'labctl images save --chart ./cilium --registry-mirror quay.io=http://10.0.0.5:5000 --file cilium.tar',
  ],
  run: async (context, _args, options) => {
    const file = filledOption(options, 'file');
    if (file === undefined) throw usageError('E_USAGE', 'where to?', { fix: '--file cilium.tar' });
    const request = await ciliumInput(context, options);
    const { wantedImages } = await import('../lab/cilium/wanted-images.ts');
    const { images, source, untagged } = await wantedImages(context.exec, request);
    for (const repository of untagged)
      context.log.warn(`${repository} is left out: only the chart says its tag`);
    const { saveImages } = await import('../lab/cilium/save-images.ts');
    const saved = await saveImages(images, file, request.lab.registryMirrors, context);
    return {
      data: { file, version: request.version, source, images: saved, untagged },
      table: {
        head: ['IMAGE', 'DIGEST', 'BYTES'],
        rows: saved.map(({ image, digest, bytes }) => [image, digest, String(bytes)]),
      },
      text: `${file} holds them; labctl images load --file ${file} puts them where up finds them`,
    };
  },
};
