import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** What a lab on a real cluster needs of the machine; test/skips.json names the files that need it. */
const commands = ['docker', 'kind', 'helm', 'kubectl'] as const;

const isInstalled = (command: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((place) => existsSync(join(place, command)));

/** `describe` for suites on real clusters: skipped as a whole where the machine cannot have one. */
export const describeOnKind = describe.skipIf(!commands.every(isInstalled));
