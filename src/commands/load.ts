import { usageError } from '../core/errors.ts';
import type { CommandDefinition } from './command.ts';
import { filledOption, labNameOf, nameOption, wordArg } from './shared.ts';

const head = ['NODE', 'IMAGE', 'ACTION'];
const outputs = ['table', 'json', 'yaml', 'jsonl'] as const;

export const load: CommandDefinition = {
  name: 'load',
  summary: 'put images or tools into the nodes of a lab on Kubernetes',
  examples: ['labctl load image my/app:dev', 'labctl load image ./images.tar'],
  subcommands: [
    {
      name: 'image',
      summary: 'put an image of the local engine, or an archive of images, into every node that lacks it',
      arguments: [{ name: '[image]', summary: 'NAME:TAG, or a file that docker image save wrote' }],
      options: [
        nameOption,
        {
          flags: '--save <file>',
          summary: "write labctl's own images to an archive instead, for the loader of other nodes",
        },
      ],
      outputs,
      examples: [
        'labctl load image my/app:dev',
        'labctl load image ./images.tar --name second',
        'labctl load image --save labctl-images.tar',
      ],
      run: async (context, args, options) => {
        const [what, save] = [wordArg(args, 0), filledOption(options, 'save')];
        if (save !== undefined) {
          const { saveOwnImages } = await import('../lab/kind/load-own.ts');
          const images = await saveOwnImages(save, context);
          return { data: { file: save, images }, text: `${images.join(', ')} in ${save}` };
        }
        if (what === undefined) {
          throw usageError('E_USAGE', 'which image?', { fix: 'labctl load image NAME:TAG' });
        }
        const { loadImage } = await import('../lab/kind/load.ts');
        const rows = await loadImage(labNameOf(options), what, context);
        return {
          data: rows,
          table: { head, rows: rows.map(({ node, image, action }) => [node, image, action]) },
        };
      },
    },
    {
      name: 'tools',
      summary: 'put the tools that checks and people use on every node again (up does it the first time)',
      options: [nameOption],
      outputs,
      examples: ['labctl load tools', 'labctl load tools --name second'],
      run: async (context, _args, options) => {
        const { loadTools } = await import('../lab/kind/load-own.ts');
        const rows = await loadTools(labNameOf(options), context);
        return {
          data: rows,
          table: { head, rows: rows.map(({ node, image, action }) => [node, image, action]) },
        };
      },
    },
  ],
};
