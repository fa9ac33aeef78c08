import type { ResolvedLab } from '../profile/resolved-lab.ts';
import type { AnyRecord } from './owner-record.ts';

/** What `verify` is told of a lab: what was asked for, and of which Cilium where it is one's. */
export const verifiedLab = ({
  record,
}: {
  readonly record: AnyRecord;
}): ResolvedLab & { readonly cilium?: { readonly version: string } } => ({
  ...record.resolved,
  ...(record.runtime === 'kind' && record.cilium !== undefined ? { cilium: record.cilium } : {}),
});
