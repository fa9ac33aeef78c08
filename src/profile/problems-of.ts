import { LabError, type Problem } from '../core/errors.ts';
import { type LabInput, resolveLab } from './resolve.ts';

/** For tests: what is wrong with an input. */

/** The two lines that every lab file begins with. */
export const head = 'apiVersion: labctl.dev/v1alpha1\nkind: Lab\n';

/** All problems of an input, none where it resolves. Whatever else is thrown goes on up: it is a bug. */
export function problemsOf(input: LabInput): readonly Problem[] {
  try {
    resolveLab(input);
    return [];
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'E_CONFIG' || error.exitCode !== 2) throw error;
    return (error.details as { readonly problems: readonly Problem[] }).problems;
  }
}

export const inFile = (text: string): readonly Problem[] =>
  problemsOf({ file: { name: 'a.labctl.yaml', text } });
