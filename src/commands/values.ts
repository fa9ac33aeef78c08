import type { CommandDefinition } from './command.ts';
import { valuesDiff } from './values-diff.ts';
import { valuesLint } from './values-lint.ts';
import { valuesMigrate } from './values-migrate.ts';

export const values: CommandDefinition = {
  name: 'values',
  summary: "Helm values of Cilium's own chart: find mistakes, say them for another version, compare",
  examples: valuesLint.examples,
  subcommands: [valuesLint, valuesMigrate, valuesDiff],
};
