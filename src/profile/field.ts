/** One place of the lab file: its type, its JSON Schema, what is allowed in words, and how people set it. */
export interface Field<T> {
  readonly json: JsonSchema;
  /** What may stand here, as a reader of an error wants it. */
  readonly allowed: string;
  /** The only words that may stand here. */
  readonly words?: readonly string[];
  /** Says what is wrong with a value that the schema refuses, where that is more than "not allowed". */
  readonly explain?: (value: unknown) => string | undefined;
  /** Members of an object, items of a list under `*`. Undefined: a leaf, or an object of free form. */
  readonly members?: Readonly<Record<string, Field<unknown>>>;
  /** `--pod-cidr <cidr>`: leaves with a flag can also be set by LABCTL_POD_CIDR. */
  readonly flag?: string;
  /** The text of a flag or variable as the value that the lab file would hold. */
  readonly fromText: (text: string) => unknown;
  readonly [type]?: T;
}
declare const type: unique symbol;

export type JsonSchema = Readonly<Record<string, unknown>>;
export type Infer<F> = F extends Field<infer T> ? T : never;
type Members = Readonly<Record<string, Field<unknown>>>;

export interface About {
  readonly description: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly flag?: string;
}

export function words<const W extends string>(list: readonly W[], about: About): Field<W> {
  return {
    ...leaf(about, { type: 'string', enum: list }),
    allowed: list.length === 1 ? String(list[0]) : `one of ${list.join(', ')}`,
    words: list,
  };
}

export interface TextRule {
  readonly pattern: string;
  readonly maxLength?: number;
  /** A pattern that must not be found. */
  readonly without?: string;
  readonly allowed: string;
  readonly explain?: (value: unknown) => string | undefined;
}

export function text(rule: TextRule, about: About): Field<string> {
  const json = {
    type: 'string',
    pattern: rule.pattern,
    ...(rule.maxLength === undefined ? {} : { maxLength: rule.maxLength }),
    ...(rule.without === undefined ? {} : { not: { pattern: rule.without } }),
  };
  return {
    ...leaf(about, json),
    allowed: rule.allowed,
    ...(rule.explain === undefined ? {} : { explain: rule.explain }),
  };
}

export function integer(minimum: number, maximum: number, about: About): Field<number> {
  return {
    ...leaf(about, { type: 'integer', minimum, maximum }),
    allowed: `a whole number from ${minimum} to ${maximum}`,
    fromText: (value) => (/^-?\d{1,15}$/.test(value) ? Number(value) : value),
  };
}

export function boolean(about: About): Field<boolean> {
  return {
    ...leaf(about, { type: 'boolean' }),
    allowed: 'true or false',
    fromText: (value) => ({ true: true, false: false })[value] ?? value,
  };
}

/** An object that knows no other members; they may be left out, except the required ones. */
export function object<M extends Members, R extends keyof M & string = never>(
  members: M,
  about: About,
  required: readonly R[] = [],
): Field<ObjectOf<M, R>> {
  const properties = Object.fromEntries(Object.entries(members).map(([name, field]) => [name, field.json]));
  return {
    ...leaf(about, {
      // A section whose lines are all commented out is null in YAML: as good as left out.
      type: required.length > 0 ? 'object' : ['object', 'null'],
      additionalProperties: false,
      ...(required.length > 0 ? { required } : {}),
      properties,
    }),
    allowed: `a mapping of ${Object.keys(members).join(', ')}`,
    members,
  };
}
type ObjectOf<M extends Members, R extends keyof M> = {
  readonly [K in keyof M as K extends R ? never : K]?: Infer<M[K]>;
} & { readonly [K in R]: Infer<M[K]> };

export function list<I>(items: Field<I>, allowed: string, about: About): Field<readonly I[]> {
  return { ...leaf(about, { type: 'array', items: items.json }), allowed, members: { '*': items } };
}

/** Another program's own format: any mapping. */
export function freeForm(about: About): Field<Readonly<Record<string, unknown>>> {
  return { ...leaf(about, { type: 'object' }), allowed: 'a mapping' };
}

function leaf(about: About, json: JsonSchema): Field<never> {
  const { flag, ...annotations } = about;
  return {
    json: { ...annotations, ...json },
    allowed: '',
    fromText: (value) => value,
    ...(flag === undefined ? {} : { flag }),
  };
}
