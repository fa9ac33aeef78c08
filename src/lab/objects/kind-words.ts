import { usageError } from '../../core/errors.ts';
import type { Kind } from '../../core/k8s.ts';
import { nearestWord } from '../../core/nearest-word.ts';
import { kindFiles, kinds } from '../../platform/cluster-files.ts';

const shortNames: { readonly [K in Kind]: readonly string[] } = {
  Node: ['no'],
  Pod: ['po'],
  Service: ['svc'],
  EndpointSlice: [],
  DaemonSet: ['ds'],
  Deployment: ['deploy'],
};

/** The kind that a word of the command line means: `pods`, `pod`, `po`, `Pod`. */
export function kindOfWord(word: string): Kind {
  const typed = word.toLowerCase();
  const found = kinds.find((kind) => wordsOf(kind).includes(typed));
  if (found !== undefined) return found;
  const nearest = nearestWord(typed, kinds.flatMap(wordsOf));
  throw usageError('E_KIND', `no kind of object is called "${word}"`, {
    fix: nearest === undefined ? `one of: ${plurals.join(', ')}` : `did you mean ${nearest}?`,
  });
}

const wordsOf = (kind: Kind): string[] => [kindFiles[kind].plural, kind.toLowerCase(), ...shortNames[kind]];

const plurals = kinds.map((kind) => kindFiles[kind].plural);
