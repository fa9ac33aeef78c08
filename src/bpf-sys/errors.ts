import { getSystemErrorName } from 'node:util';
import { environmentError, failure, LabError } from '../core/errors.ts';
import { errno } from './libbpf.ts';

/** Not in the C library's list: what BPF commands answer where something cannot be done. */
const kernelOnly: Readonly<Record<number, string>> = { 524: 'ENOTSUPP' };

export interface SysErrorDetails {
  readonly call: string;
  readonly errno: number;
  readonly name: string;
}

/** The symbolic name of an errno, as `ENOENT`. */
export function errnoName(number: number): string {
  const known = kernelOnly[number];
  if (known !== undefined) return known;
  try {
    return getSystemErrorName(-number);
  } catch (error) {
    if (error instanceof RangeError) return `E${number}`;
    throw error;
  }
}

/** The error of a failed call: `what` is a phrase such as `pin lab_svc4 to /run/...`. */
export function sysError(call: string, number: number, what: string, more?: string): LabError {
  const name = errnoName(number);
  const details: SysErrorDetails = { call, errno: number, name };
  const message = `cannot ${what}: ${call}: ${name}${more === undefined ? '' : `\n${more}`}`;
  return name === 'EPERM'
    ? environmentError('E_BPF_RIGHTS', message, {
        details,
        fix: 'run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN',
      })
    : failure('E_BPF', message, { details });
}

/** Passes on what a libbpf function answered, or throws what it stands for. */
export function checked(call: string, result: number, what: string): number {
  if (result < 0) throw sysError(call, -result, what);
  return result;
}

/** The same for functions of libc, which tell the errno apart from their answer. */
export function checkedLibc(call: string, result: number, what: string): number {
  if (result < 0) throw sysError(call, errno(), what);
  return result;
}

/** The errno name of an error that a call of this folder threw; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof LabError) || (error.code !== 'E_BPF' && error.code !== 'E_BPF_RIGHTS'))
    return undefined;
  return (error.details as SysErrorDetails).name;
}
