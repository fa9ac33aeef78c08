import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { profiles } from '../../profiles/index.ts';
import { renderValues } from './render-values.ts';
import { resolveLab } from './resolve.ts';
import { schemaFiles } from './schema-text.ts';

const committed = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe.each(Object.entries(schemaFiles))('%s', (path, text) => {
  it('is what its source says (npm run gen)', () => {
    expect(committed(path)).toBe(text);
  });

  it('is a valid draft-07 schema', () => {
    const schema: object = JSON.parse(text);
    expect(new Ajv({ allowUnionTypes: true }).validateSchema(schema)).toBe(true);
    expect(schema).toHaveProperty('$schema', 'http://json-schema.org/draft-07/schema#');
  });
});

describe('published schemas', () => {
  it('of lab files have a stable id', () => {
    expect(JSON.parse(committed('schemas/lab.schema.json'))).toHaveProperty(
      '$id',
      'https://labctl.dev/schemas/v1alpha1/lab.schema.json',
    );
  });

  it('of chart values accept what every profile renders, and no mistyped key', () => {
    const schema: object = JSON.parse(committed('templates/chart/values.schema.json'));
    const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
    for (const { name } of profiles) {
      const values = renderValues(resolveLab({ flags: { profile: name } }).lab);
      expect(validate(values), JSON.stringify(validate.errors)).toBe(true);
      expect(validate({ ...Object(values), dubug: true })).toBe(false);
    }
  });
});
