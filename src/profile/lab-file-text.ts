import { stringify } from 'yaml';
import { apiVersion } from './lab-schema.ts';

/** A lab file that says what the document says. */
export const labFileText = (document: object): string =>
  stringify({ apiVersion, kind: 'Lab', ...document }, { lineWidth: 0 });
