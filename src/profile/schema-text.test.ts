import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { labSchemaText } from './schema-text.ts';

const committed = readFileSync(new URL('../../schemas/lab.schema.json', import.meta.url), 'utf8');

describe('published schema', () => {
  it('is what its source says (npm run gen)', () => {
    expect(committed).toBe(labSchemaText());
  });

  it('is a valid draft-07 schema with a stable id', () => {
    const schema: { readonly $id: string; readonly $schema: string } = JSON.parse(committed);
    expect(new Ajv({ allowUnionTypes: true }).validateSchema(schema)).toBe(true);
    expect(schema.$id).toBe('https://labctl.dev/schemas/v1alpha1/lab.schema.json');
    expect(schema.$schema).toContain('draft-07');
  });
});
