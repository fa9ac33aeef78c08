import { labPaths } from '../../../core/paths.ts';
import { removeTree } from '../../../platform/fs.ts';
import { outsiders } from '../../kind/steps/outside.ts';
import { intend, journalPath } from '../../owner-record.ts';
import type { ExistingStep } from '../context.ts';

export const record: ExistingStep = {
  title: 'Record what will be made',
  run: async ({ lab, images, network }, report) => {
    await intend(lab.name, [
      { kind: 'directory', names: [labPaths(lab.name).state] },
      { kind: 'container', names: network === '' ? [] : outsiders(lab.name) },
      { kind: 'image', names: Object.values(images).map(({ reference }) => reference) },
    ]);
    report(journalPath(lab.name));
  },
  undo: { title: 'Remove the record', run: ({ lab }) => removeTree(labPaths(lab).state) },
};
