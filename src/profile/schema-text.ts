import { labJsonSchema } from './lab-schema.ts';

/** The published JSON Schema of lab files, as text. */
export const labSchemaText = (): string => `${JSON.stringify(labJsonSchema, null, 2)}\n`;
