import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inNode, type LiveLab, linksOf, nodeOf } from '../support/lab.ts';
import type { Scene } from './places.ts';

/** Unpins the link of every program, which detaches it. What needs no program still works: plain routes. */
export async function detachEverything(lab: LiveLab): Promise<void> {
  for (const { metadata } of lab.nodes) {
    const links = linksOf(lab, metadata.name);
    for (const name of await readdir(links)) await rm(join(links, name));
  }
}

export const pullCable = ({ client }: Scene): Promise<string> =>
  inNode(nodeOf(client), 'ip', 'link', 'set', 'eth0', 'down');
