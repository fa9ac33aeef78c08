import type { ResolvedLab } from '../../../profile/resolved-lab.ts';
import type { ClusterFacts } from '../facts.ts';
import type { Question, Refusal } from './rule.ts';

export function unreachableImages(
  { nodes, nodeContainers }: ClusterFacts,
  { existing }: ResolvedLab,
  images: Question['images'],
): Refusal[] {
  if (nodeContainers.containers.length > 0 || existing.registry !== '') return [];
  const lacking = nodes.filter(
    ({ status }) =>
      !images.every(({ reference }) =>
        status?.images?.some(({ names }) => names?.some((name) => name.endsWith(reference)) === true),
      ),
  );
  return lacking.map(({ metadata }) => ({
    what: `node ${metadata.name} has no image ${images.map(({ reference }) => reference).join(', ')}`,
    fix: "--registry with one that nodes pull from, or labctl load image --save FILE and the nodes' own loader",
  }));
}
