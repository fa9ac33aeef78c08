import { join } from 'node:path';
import { usageError } from '../core/errors.ts';
import { type Kind, keyOf, type ObjectOf } from '../core/k8s.ts';

export interface KindFiles {
  /** Folder, and the word that `labctl get` takes. */
  readonly plural: string;
  readonly apiVersion: string;
  readonly namespaced: boolean;
}

export const kindFiles: { readonly [K in Kind]: KindFiles } = {
  Node: { plural: 'nodes', apiVersion: 'v1', namespaced: false },
  Pod: { plural: 'pods', apiVersion: 'v1', namespaced: true },
  Service: { plural: 'services', apiVersion: 'v1', namespaced: true },
  EndpointSlice: { plural: 'endpointslices', apiVersion: 'discovery.k8s.io/v1', namespaced: true },
  DaemonSet: { plural: 'daemonsets', apiVersion: 'apps/v1', namespaced: true },
  Deployment: { plural: 'deployments', apiVersion: 'apps/v1', namespaced: true },
};

export const kinds = Object.keys(kindFiles) as readonly Kind[];

const extension = '.yaml';
/** Labels, and subdomains made of labels: nothing that leaves the folder. */
const namePattern = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** `default/demo` -> `services/default.demo.yaml`. A namespace has no dot, so the way back is unique. */
export function fileOf(kind: Kind, key: string): string {
  const parts = key.split('/');
  const { namespaced, plural } = kindFiles[kind];
  if (parts.length !== (namespaced ? 2 : 1) || !parts.every((part) => namePattern.test(part))) {
    throw usageError('E_OBJECT_NAME', `${JSON.stringify(key)} is not a name that ${plural} can have`, {
      fix: 'allowed: lower-case letters, digits, - and .',
    });
  }
  if (namespaced && parts[0]?.includes('.') === true) {
    throw usageError('E_OBJECT_NAME', `namespace "${parts[0]}" has a dot; labels have none`, {
      fix: 'allowed: lower-case letters, digits and -',
    });
  }
  return join(plural, `${parts.join('.')}${extension}`);
}

/** The key that a file name in the folder of a kind stands for, or undefined for foreign files. */
export function keyOfFile(kind: Kind, file: string): string | undefined {
  if (!file.endsWith(extension)) return undefined;
  const name = file.slice(0, -extension.length);
  const dot = name.indexOf('.');
  if (!kindFiles[kind].namespaced) return namePattern.test(name) ? name : undefined;
  if (dot < 1 || !namePattern.test(name)) return undefined;
  return `${name.slice(0, dot)}/${name.slice(dot + 1)}`;
}

/**
 * The text of an object's file: indented JSON, which YAML contains. Every process of a lab reads these files
 * at its start, and the runtime's own parser does that without a library to load.
 */
export const writeObject = (object: ObjectOf[Kind]): string => `${JSON.stringify(object, null, 2)}\n`;

/** The object of a file, written by us or by people. Throws where the text is not one of this kind and key. */
export async function readObject<K extends Kind>(kind: K, key: string, text: string): Promise<ObjectOf[K]> {
  const value = asJson(text) ?? (await import('yaml')).parse(text);
  if (!isObject(value) || value.kind !== kind || !isObject(value.metadata)) {
    throw usageError('E_OBJECT_FILE', `the file of ${kind} ${key} holds no ${kind}`);
  }
  const object = value as unknown as ObjectOf[K];
  if (keyOf(object) !== key) {
    throw usageError('E_OBJECT_FILE', `the file of ${kind} ${key} holds ${keyOf(object)}`);
  }
  return object;
}

/** Undefined where the text is not JSON: any other YAML. */
function asJson(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
