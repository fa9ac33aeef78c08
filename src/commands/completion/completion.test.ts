import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandDefinition } from '../command.ts';
import { shells } from './shells.ts';
import { wordTree } from './word-tree.ts';

const run = async () => ({});
const examples = ['a', 'b'];
const definitions: readonly CommandDefinition[] = [
  {
    name: 'up',
    summary: "bring the user's lab up",
    options: [
      { flags: '--profile <name>', summary: 'which', hints: ['kpr', 'ebpf'] },
      { flags: '-f, --config <file>', summary: 'file' },
      { flags: '--retain', summary: 'keep' },
    ],
    examples,
    run,
  },
  {
    name: 'profiles',
    summary: 'group',
    examples,
    subcommands: [{ name: 'show', summary: 'one', outputs: [], examples, run }],
  },
];
const tree = wordTree(definitions);

describe('wordTree', () => {
  it('has a node for each command, with what may follow it', () => {
    expect(tree.map((node) => node.path)).toEqual([[], ['up'], ['profiles'], ['profiles', 'show']]);
    expect(tree[0]?.verbs.map(({ word }) => word)).toEqual(['up', 'profiles']);
  });

  it('knows the values of options', () => {
    const values = Object.fromEntries(
      tree[1]?.options.map(({ spellings, value }) => [spellings.at(-1), value]) ?? [],
    );
    expect(values['--profile']).toEqual({ kind: 'words', words: ['kpr', 'ebpf'] });
    expect(values['--config']).toEqual({ kind: 'file' });
    expect(values['--output']).toEqual({ kind: 'words', words: ['table', 'json', 'yaml'] });
    expect(values['--retain']).toBeUndefined();
  });
});

describe('bash', () => {
  const folder = mkdtempSync(join(tmpdir(), 't-completion-'));
  const script = join(folder, 'labctl.bash');
  beforeAll(() => writeFileSync(script, shells.bash(tree)));
  afterAll(() => rmSync(folder, { recursive: true }));

  const complete = (...words: string[]): string[] => {
    const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _labctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync('bash', ['-c', program, 'bash', script, 'labctl', ...words], {
      encoding: 'utf8',
    });
    return out.split('\n').filter((line) => line !== '');
  };

  it.each<[string[], string[]]>([
    [['u'], ['up']],
    [[''], ['up', 'profiles', '-V', '--version', '-h', '--help']],
    [['profiles', 's'], ['show']],
    [['up', '--re'], ['--retain']],
    [
      ['up', '--profile', ''],
      ['kpr', 'ebpf'],
    ],
    [['up', '--profile', 'e'], ['ebpf']],
    [['up', '-o', 'j'], ['json']],
    [['up', '--retain', '--prof'], ['--profile']],
    [['up', '--', '--re'], []],
  ])('proposes for %j', (words, expected) => {
    expect(complete(...words)).toEqual(expected);
  });
});

describe.each(['zsh', 'fish'] as const)('%s', (shell) => {
  it('names every verb, option and value, and quotes summaries', () => {
    const script = shells[shell](tree);
    for (const word of ['up', 'profiles', 'show', 'profile', 'retain', 'kpr']) expect(script).toContain(word);
    expect(script).not.toContain("the user's lab");
  });

  it('is accepted by the shell where that is installed', () => {
    const flags = shell === 'fish' ? ['--no-execute'] : ['-n'];
    const { error, status, stderr } = spawnSync(shell, flags, {
      input: shells[shell](tree),
      encoding: 'utf8',
    });
    if (error === undefined) expect(stderr, stderr).toBe('');
    else expect('code' in error && error.code).toBe('ENOENT');
    expect(status ?? 0).toBe(0);
  });
});
