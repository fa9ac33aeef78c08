import type { VersionRange } from '../version.ts';

/** What becomes of a key, or of a value of it, in some chart versions. */
export interface Fate extends VersionRange {
  readonly key: string;
  /** Only these values; any where it is left out. */
  readonly when?: (value: unknown) => boolean;
  /** `ignored` renders as if it were not there, silently. */
  readonly outcome: 'ignored' | 'refused' | 'deprecated' | 'misread';
  readonly message: string;
  /** What says it in these versions. */
  readonly use?: string;
}

/** For `when`. */
export const is =
  (...words: readonly unknown[]) =>
  (value: unknown): boolean =>
    words.includes(value);
