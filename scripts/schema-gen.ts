import { mkdir, writeFile } from 'node:fs/promises';
import { schemaFiles } from '../src/profile/schema-text.ts';

/** Writes the JSON Schemas of lab files and chart values. A test holds the committed files to their source. */
for (const [path, text] of Object.entries(schemaFiles)) {
  const file = new URL(`../${path}`, import.meta.url);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, text);
}
