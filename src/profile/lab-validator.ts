import { Ajv, type ValidateFunction } from 'ajv';
import { labJsonSchema } from './lab-schema.ts';

export const validatorOptions = { allErrors: true, allowUnionTypes: true } as const;

let compiled: ValidateFunction | undefined;

/** The lab schema as a function. The bundle has it compiled already (scripts/lib/precompiled-validator.ts). */
export function labValidator(): ValidateFunction {
  compiled ??= new Ajv(validatorOptions).compile(labJsonSchema);
  return compiled;
}
