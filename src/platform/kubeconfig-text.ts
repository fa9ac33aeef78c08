import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { conflict, failure } from '../core/errors.ts';

/** Texts of kubeconfig files. What is not asked for stays as it is, comments and order included. */

const lists = ['clusters', 'contexts', 'users'] as const;
/** Clusters of this machine: entries of a kind cluster that is gone may be replaced. */
const localServer = /^https:\/\/(127\.0\.0\.1|localhost|\[::1\]|0\.0\.0\.0)(:|\/|$)/;

/** Adds the entries of one kubeconfig to another's text; its current context becomes that of the result. */
export function addEntries(text: string, entries: string, file = 'kubeconfig'): string {
  const target = parsed(text.trim() === '' ? 'apiVersion: v1\nkind: Config\npreferences: {}\n' : text, file);
  const source = parsed(entries, 'the entries to add');
  for (const list of lists) {
    for (const item of listOf(source, list).items.filter(isMap)) {
      const name = String(item.get('name'));
      const seq = listOf(target, list);
      refuseRemote(seq, name, file);
      drop(seq, name);
      seq.add(target.createNode(item.toJSON()));
    }
  }
  target.set('current-context', source.get('current-context'));
  return printed(target, text);
}

/** Takes the cluster, context and user of a name away. */
export function removeEntries(text: string, name: string, previous: string, file = 'kubeconfig'): string {
  const target = parsed(text, file);
  const had = lists.map((list) => drop(listOf(target, list), name)).some(Boolean);
  const isCurrent = target.get('current-context') === name;
  if (!had && !isCurrent) return text;
  if (isCurrent) {
    const isThere = previous !== name && indexOf(listOf(target, 'contexts'), previous) >= 0;
    target.set('current-context', isThere ? previous : '');
  }
  return printed(target, text);
}

export function isEmptyKubeconfig(text: string): boolean {
  const document = parsed(text, 'kubeconfig');
  return lists.every((list) => listOf(document, list).items.length === 0);
}

function parsed(text: string, file: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined || !isMap(document.contents)) {
    throw failure('E_KUBECONFIG', `${file} is no kubeconfig: ${error?.message ?? 'it holds no object'}`, {
      fix: 'mend it; nothing in it was changed',
    });
  }
  return document;
}

/** A list that is missing or null becomes an empty one. */
function listOf(document: Document, key: (typeof lists)[number]): YAMLSeq {
  const found = document.get(key);
  if (isSeq(found)) return found;
  const made = document.createNode([]) as YAMLSeq;
  document.set(key, made);
  return made;
}

const indexOf = (seq: YAMLSeq, name: string): number =>
  seq.items.findIndex((item) => isMap(item) && item.get('name') === name);

function drop(seq: YAMLSeq, name: string): boolean {
  const index = indexOf(seq, name);
  if (index < 0) return false;
  seq.items.splice(index, 1);
  if (seq.items.length === 0) seq.flow = true;
  return true;
}

/** A cluster somewhere else by the same name is somebody's: it must not be lost. */
function refuseRemote(seq: YAMLSeq, name: string, file: string): void {
  const item = seq.items[indexOf(seq, name)] as YAMLMap | undefined;
  const server = item?.getIn(['cluster', 'server']);
  if (typeof server !== 'string' || localServer.test(server)) return;
  throw conflict('E_KUBECONFIG', `${file} has a cluster ${name} at ${server}`, {
    fix: 'rename it there, or choose another --name for the lab',
  });
}

/** kubectl writes lists without indentation: each file keeps its way. */
function printed(document: Document, before: string): string {
  for (const list of lists) {
    const seq = listOf(document, list);
    if (seq.items.length > 0) seq.flow = false;
  }
  const indentSeq = /^(clusters|contexts|users):[^\S\n]*\n[^\S\n]+-/m.test(before);
  return document.toString({ lineWidth: 0, indentSeq });
}
