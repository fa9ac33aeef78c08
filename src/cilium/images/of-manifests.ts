import { isTree } from '../values/tree.ts';

/** Every image that containers of rendered objects ask for, each once, in the order of the objects. */
export const imagesOfManifests = (documents: readonly unknown[]): string[] => [
  ...new Set(documents.flatMap(imagesBelow)),
];

const containerLists = ['initContainers', 'containers', 'ephemeralContainers'] as const;

function imagesBelow(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesBelow);
  if (!isTree(value)) return [];
  const own = containerLists.flatMap((list) => {
    const containers = value[list];
    return Array.isArray(containers) ? containers.flatMap(imageOf) : [];
  });
  return [...own, ...Object.values(value).flatMap(imagesBelow)];
}

const imageOf = (container: unknown): string[] =>
  isTree(container) && typeof container.image === 'string' ? [container.image] : [];
