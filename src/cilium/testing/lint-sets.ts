import type { Finding } from '../lint/finding.ts';
import { lintValues } from '../lint/lint.ts';
import { readSetStrings } from '../values/set-strings.ts';
import { parseVersion } from '../version.ts';

/** What the linter finds in the values of one `--set`. */
export const lint = (set: string, version: string, kubeProxyMode?: string): readonly Finding[] =>
  lintValues(readSetStrings([set]), {
    version: parseVersion(version),
    ...(kubeProxyMode === undefined ? {} : { kubeProxyMode }),
  });

/** The same without words for people, one line each. */
export const told = (set: string, version: string, kubeProxyMode?: string): readonly string[] =>
  lint(set, version, kubeProxyMode).map(({ rule, severity, key }) => `${severity} ${rule} ${key}`);

export const messageOf = (set: string, version: string, key: string): string =>
  lint(set, version).find((finding) => finding.key === key)?.message ?? '';
