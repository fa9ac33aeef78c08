import { constants } from 'node:os';
import { environmentError, failure, LabError } from '../core/errors.ts';
import { errno } from './libbpf.ts';

/** By number; 524 is what BPF commands answer where something cannot be done, unknown to the C library. */
const errnoNames: ReadonlyMap<number, string> = new Map([
  ...Object.entries(constants.errno).map(([name, number]): [number, string] => [number, name]),
  // Of two names for one number, the one that the kernel's sources use.
  [constants.errno.EAGAIN, 'EAGAIN'],
  [constants.errno.EOPNOTSUPP, 'EOPNOTSUPP'],
  [524, 'ENOTSUPP'],
]);

export interface SysErrorDetails {
  readonly call: string;
  readonly errno: number;
  readonly name: string;
}

/** The symbolic name of an errno, as `ENOENT`. */
export const errnoName = (number: number): string => errnoNames.get(number) ?? `E${number}`;

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
