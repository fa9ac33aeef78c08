/** A key that people write and that never did anything, with what they mean by it. */
export interface Correction {
  readonly key: string;
  /** The right key; left out where nothing needs to be said. */
  readonly use?: string;
  /** The value under the right key; the same where it is left out. */
  readonly read?: (value: unknown) => unknown;
  readonly why: string;
}

export const corrections: readonly Correction[] = [
  { key: 'dubug.enabled', use: 'debug.enabled', why: 'misspelt: it did nothing' },
  { key: 'dubug.verbose', use: 'debug.verbose', why: 'misspelt: it did nothing' },
  { key: 'monitorAggregation', use: 'bpf.monitorAggregation', why: 'at the wrong level: it did nothing' },
  { key: 'nativeRoutingCIDR', use: 'ipv4NativeRoutingCIDR', why: 'an older name: it did nothing' },
  { key: 'hostServices.enabled', use: 'socketLB.enabled', why: 'without effect since 1.12' },
  {
    key: 'ipam.operator.clusterPoolIPv4PodCIDR',
    use: 'ipam.operator.clusterPoolIPv4PodCIDRList',
    read: (value) => (Array.isArray(value) ? value : [value]),
    why: 'replaced by the list, which every version takes',
  },
];
