import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { labJsonSchema } from '../../src/profile/lab-schema.ts';
import { validatorOptions } from '../../src/profile/lab-validator.ts';

/** Puts the compiled validator into the bundle in place of its compiler, which takes 100 ms of every start. */
export const precompiledValidator: Plugin = {
  name: 'precompiled-validator',
  setup: ({ onLoad }) => {
    onLoad({ filter: /src\/profile\/lab-validator\.ts$/ }, () => ({
      contents: validatorModule(),
      loader: 'js',
      resolveDir: import.meta.dirname,
    }));
  },
};

/** A module with the same `labValidator` as src/profile/lab-validator.ts. */
function validatorModule(): string {
  const ajv = new Ajv({ ...validatorOptions, code: { source: true, esm: true } });
  const code = standalone.default(ajv, ajv.compile(labJsonSchema));
  return `${code}\nexport const labValidator = () => validate;\n`;
}
