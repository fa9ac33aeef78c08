import { chartJsonSchema } from './chart-schema.ts';
import { labJsonSchema } from './lab-schema.ts';

/** Files that are generated from the fields, by their path in the repository. */
export const schemaFiles = {
  'schemas/lab.schema.json': text(labJsonSchema),
  'templates/chart/values.schema.json': text(chartJsonSchema),
} as const;

function text(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
