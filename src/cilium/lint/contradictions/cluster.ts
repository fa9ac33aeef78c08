import { valueUnder } from '../../values/tree.ts';
import { inRange } from '../../version.ts';
import type { Contradiction } from './contradiction.ts';

/** The name that charts give a cluster. */
const defaultName = 'default';

export const clusterContradictions: readonly Contradiction[] = [
  {
    key: 'cluster.id',
    severity: 'error',
    check: ({ version, values }) => {
      const [id, name] = [valueUnder(values, 'cluster.id'), valueUnder(values, 'cluster.name')];
      if (Number(id ?? 0) === 0 || (name ?? defaultName) !== defaultName) return undefined;
      const outcome = inRange(version, { from: '1.16.0' })
        ? 'the chart refuses it'
        : 'the agent ends with a fatal error';
      return `a cluster with an id and the name default: ${outcome}`;
    },
    use: 'cluster.name: a name of its own',
  },
];
