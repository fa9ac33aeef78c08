export interface ProgramIdentity {
  /** Of the loaded program: new with every load. */
  readonly id: number;
  /** Of its instructions: the same for the same code. */
  readonly tag: string;
}

/** One program of a node across a reload. */
export interface ProgramChange {
  readonly name: string;
  /** Undefined where no program of that name was attached. */
  readonly from?: ProgramIdentity;
  readonly to?: ProgramIdentity;
}

type Attached = ProgramIdentity & { readonly name: string; readonly ours: boolean };

/** Our programs by name; one that is attached in many places counts once. */
export function programChanges(before: readonly Attached[], after: readonly Attached[]): ProgramChange[] {
  const [from, to] = [byName(before), byName(after)];
  return [...new Set([...from.keys(), ...to.keys()])].sort().map((name) => {
    const [old, next] = [from.get(name), to.get(name)];
    return { name, ...(old === undefined ? {} : { from: old }), ...(next === undefined ? {} : { to: next }) };
  });
}

const mostTold = 3;

/** For people: those whose code is another; where they are many, only how many. */
export function changesText(programs: readonly ProgramChange[]): string {
  const other = programs.filter(({ from, to }) => from?.tag !== to?.tag);
  if (other.length === 0) return `none of ${programs.length}`;
  if (other.length > mostTold) return `${other.length} of ${programs.length}`;
  return other
    .map(({ name, from, to }) => `${name} ${from?.tag ?? 'none'} -> ${to?.tag ?? 'none'}`)
    .join(', ');
}

const byName = (programs: readonly Attached[]): ReadonlyMap<string, ProgramIdentity> =>
  new Map(programs.filter(({ ours }) => ours).map(({ name, id, tag }) => [name, { id, tag }]));
