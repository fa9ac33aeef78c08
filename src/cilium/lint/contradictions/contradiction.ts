import type { Intents } from '../../values/intents.ts';
import type { ChartVersion, VersionRange } from '../../version.ts';
import type { Finding } from '../finding.ts';

/** What values mean together, beside what kind was told. */
export interface Meaning {
  readonly version: ChartVersion;
  readonly values: Readonly<Record<string, unknown>>;
  readonly intents: Partial<Intents>;
  /** kind's `networking.kubeProxyMode`, where its configuration is at hand. */
  readonly kubeProxyMode?: string;
}

/** Settings that are each right and wrong together. */
export interface Contradiction extends VersionRange {
  readonly key: string;
  readonly severity: Finding['severity'];
  /** What is wrong, or undefined. */
  readonly check: (meaning: Meaning) => string | undefined;
  readonly use?: string;
}
