import { join } from 'node:path';

/** Where things of a node are pinned, below its directory of the lab's bpffs. */
export interface PinPaths {
  readonly maps: string;
  readonly programs: string;
  readonly links: string;
  readonly map: (name: string) => string;
  readonly program: (name: string) => string;
  readonly link: (name: string) => string;
}

export function pinPaths(root: string): PinPaths {
  const [maps, programs, links] = [join(root, 'maps'), join(root, 'programs'), join(root, 'links')];
  return {
    maps,
    programs,
    links,
    map: (name) => join(maps, name),
    program: (name) => join(programs, name),
    // bpffs keeps names with dots for itself.
    link: (name) => join(links, name.replaceAll('.', '%')),
  };
}
