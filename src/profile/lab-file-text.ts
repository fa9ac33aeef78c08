import { stringify } from 'yaml';

/** A lab as the text of a lab file. */
export const labFileText = (lab: object): string => stringify(lab, { lineWidth: 0 });
