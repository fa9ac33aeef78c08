import { type Problem, usageError } from '../core/errors.ts';
import { type LabFileText, loadLabFile } from './lab-file.ts';
import { documentOf, type Layer } from './layer.ts';
import { type MergedSetting, merge, type Source } from './merge.ts';
import { type Origin, placeOf, strongest } from './origin.ts';
import { environmentLayer, flagLayer } from './outside-layers.ts';
import type { ResolvedLab } from './resolved-lab.ts';
import { rules } from './rules/index.ts';
import type { CompleteLab } from './rules/rule.ts';
import { checkSchema } from './schema-check.ts';
import { toResolvedLab } from './to-resolved-lab.ts';

export interface LabInput {
  readonly file?: LabFileText;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Commander's options by camel-case name; those that are no settings are ignored. */
  readonly flags?: Readonly<Record<string, unknown>>;
}

export interface Resolved {
  readonly lab: ResolvedLab;
  /** The lab as a complete lab file. */
  readonly document: CompleteLab;
  /** Who decided each value, by path (`spec.network.podCIDR`). */
  readonly origins: Readonly<Record<string, Origin>>;
}

/**
 * Answers every question about a lab: flag over environment over lab file over profile over default.
 * Throws one usage error that holds all problems of all sources.
 */
export function resolveLab(input: LabInput): Resolved {
  const file = input.file === undefined ? undefined : loadLabFile(input.file);
  const given: readonly CheckedSource[] = [
    checked(flagLayer(input.flags ?? {}), false),
    checked(environmentLayer(input.env ?? {}), false),
    ...(file === undefined ? [] : [file.isReadable ? checked(file.layer, true) : unreadable(file.layer)]),
  ];
  const merged = merge(given);
  // Every setting is there and valid by the schema: the shape holds, whatever the rules may find.
  const document = documentOf(merged.map(({ setting, value }) => [setting.keys, value])) as CompleteLab;
  const problems = [
    ...(file?.problems ?? []),
    ...given.flatMap((one) => one.problems),
    ...checkRules(document, merged),
  ];
  if (problems.length > 0) throw invalid(problems);
  const origins = Object.fromEntries(merged.map(({ setting, origin }) => [setting.path, origin]));
  return { lab: toResolvedLab(document), document, origins };
}

type CheckedSource = Source & { readonly problems: readonly Problem[] };
const checked = (layer: Layer, complete: boolean): CheckedSource => ({
  layer,
  ...checkSchema(layer, complete),
});
const unreadable = (layer: Layer): CheckedSource => ({ layer, problems: [], broken: [''] });

/** What the rules find, each at the place of the value that the user is most likely to have meant to set. */
function checkRules(document: CompleteLab, merged: readonly MergedSetting[]): Problem[] {
  return rules.flatMap(({ id, fields, check }) => {
    const read = merged.filter(({ setting }) => fields.includes(setting.path));
    if (read.some(({ doubtful }) => doubtful)) return [];
    const violation = check(document);
    const blamed = strongest(read);
    // A derived value is wrong only where its basis is, which has a rule of its own.
    if (violation === undefined || blamed === undefined || blamed.origin.source === 'derived') return [];
    return [{ rule: id, ...placeOf(blamed.origin), field: blamed.setting.path, ...violation }];
  });
}

function invalid(problems: readonly Problem[]): Error {
  const sorted = problems.toSorted(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
  );
  const count = sorted.length === 1 ? '1 problem' : `${sorted.length} problems`;
  return usageError('E_CONFIG', `the lab is not valid: ${count}`, {
    fix: 'correct what is listed; nothing was created or changed',
    details: { problems: sorted },
  });
}
