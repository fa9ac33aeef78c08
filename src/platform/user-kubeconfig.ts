import { chown, open, readFile, realpath, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { conflict, failure, LabError } from '../core/errors.ts';
import { waitFor } from '../core/wait-for.ts';
import { isErrno, privateDirectory, readIfPresent, removeIfEmpty, writeAtomic } from './fs.ts';
import { addEntries, isEmptyKubeconfig, removeEntries } from './kubeconfig-text.ts';

/** Where a cluster's entries were put, and what to put back when they go. Plain data. */
export interface MergedInto {
  readonly file: string;
  /** There was no such file. */
  readonly isNew: boolean;
  /** The current context before; empty where there was none. */
  readonly previous: string;
}

/** Whoever holds the lock writes one small file. */
const lockLimitMs = 15_000;
const lockPollMs = 50;

/** The file that kubectl would write to: KUBECONFIG's first that exists, else its last, else the home's. */
export async function userKubeconfig(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
  for (const file of listed) {
    if ((await readIfPresent(file)) !== undefined) return file;
  }
  return listed.at(-1) ?? join(homedir(), '.kube', 'config');
}

/** What a merge into a file would have to put back later. */
export async function beforeMerge(file: string): Promise<MergedInto> {
  const text = await readIfPresent(file);
  const previous = /^current-context: *"?([^"\n]*?)"? *$/m.exec(text ?? '')?.[1] ?? '';
  return { file, isNew: text === undefined, previous };
}

/** Adds the entries of a kubeconfig to a file and makes its context the current one. */
export async function mergeKubeconfig({ file }: Pick<MergedInto, 'file'>, entries: string): Promise<void> {
  await privateDirectory(dirname(file));
  await locked(file, async () => {
    const text = (await readIfPresent(file)) ?? '';
    await replace(file, addEntries(text, entries, file));
  });
}

/** Takes entries of a name away, and the current context back where it is theirs. Repeatable. */
export async function unmergeKubeconfig(merged: MergedInto, name: string): Promise<void> {
  const { file, isNew, previous } = merged;
  if ((await readIfPresent(file)) === undefined) return;
  await locked(file, async () => {
    const before = await readFile(file, 'utf8');
    const after = removeEntries(before, name, previous, file);
    if (isNew && isEmptyKubeconfig(after)) await rm(file);
    else if (after !== before) await replace(file, after);
  });
  if (isNew) await removeIfEmpty(dirname(file));
}

/** As kubectl and kind do it, whose own wait for the lock is none: a file beside it, made exclusively. */
async function locked(file: string, act: () => Promise<void>): Promise<void> {
  const lock = `${file}.lock`;
  const handle = await waitFor(
    `lock ${lock}`,
    () =>
      open(lock, 'wx', 0o600).then(
        (done) => ({ done }),
        (error: unknown) => {
          if (isErrno(error, 'EEXIST')) return { saw: 'it exists' };
          throw failure('E_KUBECONFIG', `${lock} cannot be made`, { cause: error });
        },
      ),
    { timeoutMs: lockLimitMs, intervalMs: lockPollMs },
  ).catch((cause: unknown) => {
    if (!(cause instanceof LabError) || cause.code !== 'E_TIMEOUT') throw cause;
    throw conflict('E_KUBECONFIG_LOCK', `${lock} is held by another program`, {
      cause,
      fix: `remove it when neither kubectl nor kind is at work: rm ${lock}`,
    });
  });
  try {
    await act();
  } finally {
    await handle.close();
    await rm(lock, { force: true });
  }
}

/** The file that a symbolic link leads to; its owner and mode stay. */
async function replace(file: string, text: string): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const found = await stat(target).catch(() => undefined);
  await writeAtomic(target, text, (found?.mode ?? 0o600) & 0o777);
  if (found !== undefined && process.getuid?.() === 0) await chown(target, found.uid, found.gid);
}
