import type { KindMutant } from './mutant.ts';
import { netfilterMutants } from './netfilter.ts';
import { programMutants } from './programs.ts';
import { tableMutants } from './tables.ts';
import { wayMutants } from './ways.ts';

export const kindMutants: readonly KindMutant[] = [
  ...programMutants,
  ...tableMutants,
  ...netfilterMutants,
  ...wayMutants,
];
