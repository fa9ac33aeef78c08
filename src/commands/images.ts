import { imageName, imageText } from '../core/image-reference.ts';
import { ciliumInput, ciliumOptions } from './cilium-input.ts';
import type { CommandDefinition } from './command.ts';
import { imagesLoad } from './images-load.ts';
import { imagesSave } from './images-save.ts';

const list: CommandDefinition = {
  name: 'list',
  summary: "the images that Cilium's chart asks for with a profile, and where that is known from",
  options: ciliumOptions,
  outputs: ['table', 'json', 'yaml', 'name'],
  examples: [
    'labctl images list --cilium-version 1.20.0',
    'labctl images list --profile ebpf --chart ./cilium-1.20.0.tgz -o name',
  ],
  run: async (context, _args, options) => {
    const request = await ciliumInput(context, options);
    const { wantedImages } = await import('../lab/cilium/wanted-images.ts');
    const { images, source, untagged } = await wantedImages(context.exec, request);
    const rows = images.map((image) => [imageName(image), image.digest ?? '']);
    const unknown = untagged.map((repository) => `${repository}: needed too, only the chart says its tag`);
    return {
      data: {
        version: request.version,
        profile: request.lab.profile,
        source,
        images: images.map((image) => ({ name: imageName(image), digest: image.digest ?? null })),
        untagged,
      },
      table: { head: ['IMAGE', 'DIGEST'], rows },
      text: [...unknown, `by ${source}`].join('\n'),
      names: images.map(imageText),
    };
  },
};

export const images: CommandDefinition = {
  name: 'images',
  summary: "images of Cilium's own chart: list them, save them for a place without network, load them",
  examples: [...list.examples, 'labctl images load --file cilium.tar'],
  subcommands: [list, imagesSave, imagesLoad],
};
