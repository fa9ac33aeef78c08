import { labPaths } from '../../../core/paths.ts';
import { removeTree } from '../../../platform/fs.ts';
import { intend, journalPath } from '../../owner-record.ts';
import type { ClusterUp, KindStep } from '../context.ts';
import { kindNodeNames } from '../node-names.ts';
import { outsiders } from './outside.ts';

export const record: KindStep<ClusterUp> = {
  title: 'Record what will be made',
  run: async ({ lab, images }, report) => {
    const { name } = lab;
    await intend(name, [
      { kind: 'directory', names: [labPaths(name).state] },
      {
        kind: 'container',
        names: [...kindNodeNames(lab), ...outsiders(name)],
      },
      { kind: 'image', names: Object.values(images).map(({ reference }) => reference) },
    ]);
    report(journalPath(name));
  },
  undo: { title: 'Remove the record', run: ({ lab }) => removeTree(labPaths(lab).state) },
};
