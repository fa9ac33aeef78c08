import { usageError } from './errors.ts';

/** What `isLabName` demands, in words. */
export const labNameRule =
  'a DNS label: a-z, 0-9 and -, no - at either end, at most 32 characters, no -pod- inside and no -pod at its end (they mark pod namespaces)';

/** RFC 1123 label, at most 32 characters (the limit of cluster names that charts accept), without `-pod-` inside or `-pod` at its end. */
export const isLabName = (name: string): boolean =>
  /^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/.test(name) && !/-pod(-|$)/.test(name);

/** The name itself, or E_LAB_NAME (exit 2): names become paths, namespaces and links. */
export function requireLabName(name: string): string {
  if (isLabName(name)) return name;
  throw usageError('E_LAB_NAME', `${JSON.stringify(name)} cannot be the name of a lab`, {
    fix: `allowed is ${labNameRule}; labctl list shows the labs of this machine`,
  });
}
