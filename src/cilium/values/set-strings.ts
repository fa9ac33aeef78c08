import { usageError } from '../../core/errors.ts';
import { type Assignment, parseSet, type SetText } from './set-syntax.ts';
import { isTree, nameInKey, ownValue, type Tree } from './tree.ts';

/** Values of `--set` texts alone. */
export const readSetStrings = (texts: readonly string[]): Tree =>
  texts.reduce<Tree>((values, text) => withSet(values, { option: '--set', text }).values, {});

/**
 * Values with a `--set` on them, and the keys that it says. As with helm an index changes a list that is there, and what
 * is there and no map takes no key: that throws E_SET_STRING.
 */
export function withSet(
  before: Tree,
  set: SetText,
): { readonly values: Tree; readonly keys: readonly string[] } {
  const assignments = parseSet(set);
  const values = assignments.reduce<Tree>(
    (under, assignment) => assigned(under, assignment.steps, { set, assignment }) as Tree,
    before,
  );
  return { values, keys: assignments.map(({ steps }) => keyOf(steps)) };
}

/** All of `over` laid on `under`: maps merge, everything else replaces. */
export function laidOver(under: unknown, over: unknown): unknown {
  if (!isTree(under) || !isTree(over)) return over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      Object.hasOwn(over, key) ? laidOver(ownValue(under, key), over[key]) : under[key],
    ]),
  );
}

interface Task {
  readonly set: SetText;
  readonly assignment: Assignment;
}

function assigned(before: unknown, [step, ...rest]: Assignment['steps'], task: Task): unknown {
  if (step === undefined) return task.assignment.value;
  if (typeof step === 'number') return withElement(before ?? [], step, rest, task);
  if (before !== undefined && !isTree(before)) throw blocked(before, rest, task);
  const tree = before ?? {};
  const value = ownValue(tree, step);
  if (value === null && rest.length > 0) throw blocked(value, rest.slice(1), task);
  return { ...tree, [step]: assigned(value, rest, task) };
}

function withElement(before: unknown, index: number, rest: Assignment['steps'], task: Task): unknown {
  if (!Array.isArray(before)) throw blocked(before, rest, task);
  const isNew = index >= before.length;
  if (isNew && task.assignment.isCutShort && typeof rest[0] === 'string') throw dropped(task);
  const list: unknown[] = isNew ? [...before, ...Array(index + 1 - before.length).fill(null)] : [...before];
  // A map takes the place of whatever an element was.
  const element = typeof rest[0] === 'string' && !isTree(list[index]) ? {} : list[index];
  list[index] = assigned(element, rest, task);
  return list;
}

/** A list is a leaf: its key stands for all of it. */
function keyOf(steps: Assignment['steps']): string {
  const firstIndex = steps.findIndex((step) => typeof step === 'number');
  const names = firstIndex < 0 ? steps : steps.slice(0, firstIndex);
  return names.map((name) => nameInKey(String(name))).join('.');
}

function blocked(before: unknown, rest: Assignment['steps'], { set, assignment }: Task): Error {
  const { steps } = assignment;
  const at = pathOf(steps.slice(0, steps.length - rest.length - 1));
  const step = steps[steps.length - rest.length - 1] ?? '';
  const here = Array.isArray(before) ? 'a list' : isTree(before) ? 'a map' : JSON.stringify(before);
  const what = typeof step === 'number' ? `[${step}]` : step;
  return usageError('E_SET_STRING', `${set.option} ${set.text}: ${at} is ${here}, which takes no ${what}`, {
    fix: 'helm fails here as well: give the whole value at once, or take out the one before',
  });
}

const pathOf = (steps: Assignment['steps']): string =>
  steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${nameInKey(step)}`))
    .join('')
    .slice(1);

const dropped = ({ set: { option, text } }: Task): Error =>
  usageError('E_SET_STRING', `${option} ${text}: helm drops an empty value in a new element of a list`, {
    fix: `end it with a comma: ${option} '${text},'`,
  });
