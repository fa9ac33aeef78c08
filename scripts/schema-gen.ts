import { mkdir, writeFile } from 'node:fs/promises';
import { labSchemaText } from '../src/profile/schema-text.ts';

/** Writes the published JSON Schema of lab files. A test holds the committed file to its source. */
const directory = new URL('../schemas/', import.meta.url);
await mkdir(directory, { recursive: true });
await writeFile(new URL('lab.schema.json', directory), labSchemaText());
