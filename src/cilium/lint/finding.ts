/** Something about a values file that will not do what it seems to say. */
export interface Finding {
  readonly rule: 'unknown-key' | 'wrong-level' | 'fate' | 'wrong-word' | 'wrong-type' | 'contradiction';
  /** `error`: the chart refuses it, or the lab would not be what was meant. */
  readonly severity: 'error' | 'warning';
  /** Path in the values. */
  readonly key: string;
  readonly message: string;
  /** What says it right, where that is known. */
  readonly use?: string;
}
