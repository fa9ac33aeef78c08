import { conflict } from '../core/errors.ts';
import { execLean } from '../platform/exec-lean.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';
import { inventoryLines, takeInventory } from '../runtime/netns/index.ts';
import { type Difference, differences } from './difference.ts';
import { brokenParts } from './health.ts';
import { currentBootId, readOwnerRecord } from './owner-record.ts';

/** What `up` is going to do; `--dry-run` prints it. */
export interface LabPlan {
  readonly lab: string;
  readonly action: Action;
  readonly changes: readonly Difference[];
  /** For people, one line each. */
  readonly text: readonly string[];
}

/**
 * `clean`: remains of a dead `up` or of the time before a reboot go first. `repair`: the lab is the one
 * asked for, but parts of it have died. `recreate`: only after `down`, which `--recreate` allows.
 */
export type Action = 'create' | 'clean' | 'none' | 'repair' | 'change' | 'recreate';

const headlines: { readonly [A in Action]: (lab: string) => string } = {
  create: (lab) => `create lab ${lab}`,
  clean: (lab) => `remove the remains of lab ${lab}, then create it`,
  none: (lab) => `lab ${lab} is up as asked for: nothing to do`,
  repair: (lab) => `start again what has died in lab ${lab}`,
  change: (lab) => `change lab ${lab} while it runs`,
  recreate: (lab) => `take lab ${lab} down and create it anew`,
};

/** Reads only. */
export async function planLab(lab: ResolvedLab): Promise<LabPlan> {
  refuseOtherRuntimes(lab);
  const record = await readOwnerRecord(lab.name);
  if (record === undefined) return planOf(lab.name, await remainsOf(lab.name));
  if (record.phase !== 'ready') return planOf(lab.name, 'clean', [], [`the last up or down ended early`]);
  if (record.bootId !== currentBootId()) return planOf(lab.name, 'clean', [], ['the machine was restarted']);
  const broken = await brokenParts(record);
  if (broken.some((part) => !part.canRestart)) {
    return planOf(
      lab.name,
      'recreate',
      [],
      broken.map((part) => part.what),
    );
  }
  const changes = differences(record.resolved, lab);
  if (changes.some((change) => !change.live)) return planOf(lab.name, 'recreate', changes);
  if (changes.length > 0) return planOf(lab.name, 'change', changes);
  if (broken.length === 0) return planOf(lab.name, 'none');
  return planOf(
    lab.name,
    'repair',
    [],
    broken.map((part) => part.what),
  );
}

/** Without `--recreate` a plan that needs it is E_RECREATE (exit 7). */
export function requireConsent(found: LabPlan, recreate: boolean): void {
  if (found.action !== 'recreate' || recreate) return;
  throw conflict('E_RECREATE', found.text.join('\n'), {
    fix: `labctl up --recreate ... takes it down first, or labctl down --name ${found.lab}`,
    details: { changes: found.changes },
  });
}

/** A plan with its text. */
export function planOf(
  lab: string,
  action: Action,
  changes: readonly Difference[] = [],
  reasons: readonly string[] = [],
): LabPlan {
  const told = changes.map(({ path, from, to, live }) => {
    const how = live ? '' : ' (needs the lab to be made anew)';
    return `${path}: ${shown(from)} -> ${shown(to)}${how}`;
  });
  return {
    lab,
    action,
    changes,
    text: [headlines[action](lab), ...[...reasons, ...told].map((line) => `  ${line}`)],
  };
}

const shown = (value: unknown): string => (value === undefined ? 'left out' : JSON.stringify(value));

async function remainsOf(lab: string): Promise<Action> {
  const lines = inventoryLines(await takeInventory(execLean, lab));
  // The lock file is there while somebody asks.
  return lines.some((line) => !line.endsWith('.lock')) ? 'clean' : 'create';
}

function refuseOtherRuntimes(lab: ResolvedLab): void {
  if (lab.runtime === 'netns' || lab.runtime === 'auto') return;
  throw conflict('E_RUNTIME', `runtime ${lab.runtime} is not built yet`, {
    fix: '--runtime netns runs the same datapath on this machine',
  });
}
