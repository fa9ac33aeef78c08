/** Writes docs/reference/ from the definitions in the sources: `npm run docs`. A unit test refuses drift. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { referencePages } from './lib/reference-pages.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
await mkdir(join(root, 'docs/reference'), { recursive: true });
for (const [path, text] of Object.entries(referencePages(root))) await writeFile(join(root, path), text);
