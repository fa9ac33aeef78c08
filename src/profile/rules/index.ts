import { addressRules } from './addresses.ts';
import { datapathRules } from './datapath.ts';
import { ipamRules } from './ipam.ts';
import { portRules } from './ports.ts';
import type { Rule } from './rule.ts';

/** Every rule that more than the schema is needed for. Each has a row in rules.test.ts. */
export const rules: readonly Rule[] = [...addressRules, ...ipamRules, ...portRules, ...datapathRules];
