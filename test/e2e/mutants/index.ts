import type { Mutant } from './mutant.ts';
import { netfilterMutants } from './netfilter.ts';
import { programMutants } from './programs.ts';
import { tableMutants } from './tables.ts';

export type { Mutant } from './mutant.ts';
export const mutants: readonly Mutant[] = [...programMutants, ...tableMutants, ...netfilterMutants];
