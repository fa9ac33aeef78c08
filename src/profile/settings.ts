import type { Field } from './field.ts';
import { labFile } from './lab-schema.ts';

/** A leaf of the lab file: one question that a flag, a variable, the file, the profile or a default answers. */
export interface Setting {
  /** `spec.network.podCIDR`. */
  readonly path: string;
  readonly keys: readonly string[];
  readonly field: Field<unknown>;
  readonly flag?: SettingFlag;
}
export interface SettingFlag {
  /** As commander writes it: `--pod-cidr <cidr>`. */
  readonly flags: string;
  /** `--pod-cidr`. */
  readonly name: string;
  /** Commander's name of the option's value: `podCidr`. */
  readonly option: string;
  /** `LABCTL_POD_CIDR`. */
  readonly variable: string;
  readonly repeatable: boolean;
}

/** All settings, in the order of the lab file. */
export const settings: readonly Setting[] = leaves(labFile, []).filter(({ keys }) => keys.length > 1);

export const defaultOf = (setting: Setting): unknown => setting.field.json.default;
export const descriptionOf = (setting: Setting): string => String(setting.field.json.description);

/** The field at a path of keys and list indexes, or undefined where the lab file knows none. */
export function fieldAt(keys: readonly (string | number)[]): Field<unknown> | undefined {
  let field: Field<unknown> | undefined = labFile;
  for (const key of keys) {
    const members: Field<unknown>['members'] = field?.members;
    field = typeof key === 'number' ? members?.['*'] : own(members, key);
  }
  return field;
}

function leaves(field: Field<unknown>, keys: readonly string[]): Setting[] {
  if (field.members !== undefined && !('*' in field.members)) {
    return Object.entries(field.members).flatMap(([key, member]) => leaves(member, [...keys, key]));
  }
  const flag = field.flag === undefined ? {} : { flag: settingFlag(field.flag, field.members !== undefined) };
  return [{ path: keys.join('.'), keys, field, ...flag }];
}

function settingFlag(flags: string, repeatable: boolean): SettingFlag {
  const name = flags.split(' ')[0] ?? flags;
  const word = name.slice(2);
  return {
    flags,
    name,
    option: word.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    variable: `LABCTL_${word.replaceAll('-', '_').toUpperCase()}`,
    repeatable,
  };
}

const own = <T>(members: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  members !== undefined && Object.hasOwn(members, key) ? members[key] : undefined;
