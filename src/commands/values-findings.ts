import type { Finding } from '../cilium/index.ts';
import { ExitCode } from '../core/errors.ts';
import type { ChartAtHand } from './values-input.ts';

/** A finding with where its key is said. */
export interface PlacedFinding extends Finding {
  readonly place: string;
}

/** As `values lint` and `values migrate` show a finding to people. */
export const linesOf = ({ place, severity, key, message, use }: PlacedFinding): string[] => [
  `${place}: ${severity}: ${key}: ${message}`,
  ...(use === undefined ? [] : [`    use ${use}`]),
];

export function sumOf(findings: readonly Finding[], { version, universe }: ChartAtHand): string {
  const errors = errorsIn(findings);
  return `${errors} errors, ${findings.length - errors} warnings for chart ${version}, by ${universe.source}`;
}

export const exitCodeOf = (findings: readonly Finding[]): ExitCode =>
  errorsIn(findings) > 0 ? ExitCode.checkFailed : ExitCode.ok;

const errorsIn = (findings: readonly Finding[]): number =>
  findings.filter(({ severity }) => severity === 'error').length;
