import * as client from '@kubernetes/client-node';

/**
 * Holds manifests against the types of Kubernetes 1.34: the client's models are generated from its
 * OpenAPI description, and each knows its fields.
 */
interface Model {
  readonly attributeTypeMap: readonly { readonly baseName: string; readonly type: string }[];
}

const models: Readonly<Record<string, unknown>> = { ...client };
const prefixes: Readonly<Record<string, string>> = {
  v1: 'V1',
  'apps/v1': 'V1',
  'rbac.authorization.k8s.io/v1': 'V1',
};

/** `DaemonSet.spec.x: V1DaemonSetSpec has no such field`, in the order of paths. */
export function problemsAgainstTypes(object: {
  readonly apiVersion: string;
  readonly kind: string;
}): string[] {
  const type = `${prefixes[object.apiVersion] ?? object.apiVersion}${object.kind}`;
  return [...problems(object, type, object.kind)].sort();
}

function* problems(value: unknown, type: string, path: string): Generator<string> {
  const items = /^Array<(.*)>$/.exec(type)?.[1];
  const members = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (items !== undefined) {
    if (!Array.isArray(value)) return yield `${path}: ${JSON.stringify(value)} is no list`;
    for (const [index, item] of value.entries()) yield* problems(item, items, `${path}[${index}]`);
  } else if (members !== undefined) {
    for (const [key, item] of entriesOf(value)) yield* problems(item, members, `${path}.${key}`);
  } else if (scalars[type] !== undefined) {
    if (!scalars[type].includes(typeof value)) yield `${path}: ${JSON.stringify(value)} is no ${type}`;
  } else if (type !== 'any') {
    const model = modelOf(type);
    if (model === undefined) return yield `${path}: Kubernetes has no type ${type}`;
    for (const [key, item] of entriesOf(value)) {
      const field = model.attributeTypeMap.find(({ baseName }) => baseName === key);
      if (field === undefined) yield `${path}.${key}: ${type} has no such field`;
      else yield* problems(item, field.type, `${path}.${key}`);
    }
  }
}

const scalars: Readonly<Record<string, readonly string[]>> = {
  string: ['string'],
  number: ['number'],
  boolean: ['boolean'],
  IntOrString: ['number', 'string'],
  Date: ['string'],
};

function modelOf(type: string): Model | undefined {
  const found = models[type];
  return typeof found === 'function' && 'attributeTypeMap' in found ? (found as unknown as Model) : undefined;
}

const entriesOf = (value: unknown): [string, unknown][] => Object.entries(Object(value));
