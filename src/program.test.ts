import { describe, expect, it } from 'vitest';
import type { CommandDefinition } from './commands/command.ts';
import { LabError } from './core/errors.ts';
import { type Invocation, runProgram } from './program.ts';

const run = async () => ({});
const definitions: readonly CommandDefinition[] = [
  {
    name: 'up',
    summary: 'bring it up',
    options: [
      { flags: '--profile <name>', summary: 'which' },
      { flags: '--attach <how>', summary: 'how', choices: ['tcx', 'clsact'] },
      { flags: '--retain', summary: 'keep' },
      { flags: '--no-verify', summary: 'leave out' },
      { flags: '--only <id>', summary: 'some', repeatable: true, choices: ['a', 'b'] },
    ],
    examples: ['labctl up', 'labctl up --profile x'],
    run,
  },
  {
    name: 'exec',
    summary: 'run there',
    arguments: [
      { name: '<where>', summary: 'node' },
      { name: '[command...]', summary: 'words' },
    ],
    outputs: [],
    passThrough: true,
    examples: ['labctl exec n', 'labctl exec n -- ls'],
    run,
  },
  {
    name: 'profiles',
    summary: 'group',
    examples: ['labctl profiles list', 'labctl profiles list'],
    subcommands: [{ name: 'list', summary: 'all', examples: ['a', 'b'], run }],
  },
];

async function parse(argv: string, env: Record<string, string> = {}) {
  const seen: Invocation[] = [];
  let out = '';
  await runProgram(definitions, argv.split(' ').filter(Boolean), {
    version: '1.2.3',
    env,
    columns: 80,
    writeOut: (text) => {
      out += text;
    },
    perform: async (invocation) => {
      seen.push(invocation);
    },
  });
  return { invocation: seen[0], out };
}

async function refusal(argv: string, env: Record<string, string> = {}): Promise<LabError> {
  const error = await parse(argv, env).catch((reason: unknown) => reason);
  if (error instanceof LabError) return error;
  throw new Error(`${argv} was not refused`);
}

describe('runProgram', () => {
  it('passes options by camel-case name', async () => {
    const { invocation } = await parse('up --profile kpr --no-verify --only a --only b');
    expect(invocation?.options).toMatchObject({ profile: 'kpr', verify: false, only: ['a', 'b'] });
  });

  it('prints version and help on stdout', async () => {
    expect((await parse('--version')).out).toBe('1.2.3\n');
    expect((await parse('')).out).toContain('bring it up');
    expect((await parse('up --help')).out).toContain('Examples:\n  labctl up\n');
  });

  it.each([
    ['--bogus', "unknown option '--bogus'"],
    ['upp', "unknown command 'upp'"],
    ['up extra', 'too many arguments'],
    ['up --profile', 'argument missing'],
    ['up --attach x', 'Allowed choices are tcx, clsact'],
    ['up --only c', 'Allowed choices are a, b'],
    ['exec', "missing required argument 'where'"],
    ['profiles', 'a verb is missing'],
    ['up -o name', 'Allowed choices are table, json, yaml'],
    ['-o name up', 'no output format "name"'],
    ['-o json exec n', 'no output format "json"'],
    ['help nope', "unknown command 'nope'"],
  ])('refuses `%s` with exit code 2', async (argv, message) => {
    const error = await refusal(argv);
    expect(error.message).toContain(message);
    expect(error.exitCode).toBe(2);
    expect(error.fix).toBeDefined();
  });

  it.each([
    ['upp', 'up'],
    ['up --profle x', '--profile'],
    ['profiles lst', 'list'],
    ['help profils', 'profiles'],
    ['up -o jsno', 'json'],
  ])('names the nearest word for `%s`', async (argv, word) => {
    expect((await refusal(argv)).fix).toBe(`did you mean ${word}?`);
  });

  it('says how a file is named', async () => {
    expect((await refusal('up my.labctl.yaml')).fix).toBe(
      'files are named by an option: labctl up -f my.labctl.yaml',
    );
  });

  it('points to the help of the very command', async () => {
    expect((await refusal('profiles list extra')).fix).toBe(
      'labctl profiles list --help shows what is allowed',
    );
  });

  it.each([
    ['-o json up', 'json'],
    ['up -o json', 'json'],
    ['-o yaml up -o json', 'json'],
    ['up', 'table'],
  ])('takes the output format of `%s`', async (argv, output) => {
    expect((await parse(argv)).invocation?.globals.output).toBe(output);
  });

  it.each(['exec n -- ls -la --name x', 'exec n ls -la --name x'])(
    'leaves the words of a command alone: %s',
    async (argv) => {
      expect((await parse(argv)).invocation?.args).toEqual(['n', ['ls', '-la', '--name', 'x']]);
    },
  );
});

describe('the words of a command to run', () => {
  const ask = async (argv: string): Promise<Invocation | undefined> => (await parse(argv)).invocation;

  it.each([
    ['exec n -o2', "unknown option '-o2'"],
    ['exec n --nope -- ls', "unknown option '--nope'"],
  ])('`%s` is refused', async (argv, message) => {
    expect(await refusal(argv)).toMatchObject({ exitCode: 2, message });
  });

  it('may stand behind options of ours', async () => {
    const found = await ask('exec n -q --no-color -- ls -q');
    expect(found?.args).toEqual(['n', ['ls', '-q']]);
    expect(found?.globals).toMatchObject({ quiet: true, color: false });
    expect((await ask('exec n -q ls -v'))?.args).toEqual(['n', ['ls', '-v']]);
  });

  it('keep every separator but the first', async () => {
    expect((await ask('exec n -- sh -c x -- y'))?.args).toEqual(['n', ['sh', '-c', 'x', '--', 'y']]);
    expect((await ask('exec n'))?.args).toEqual(['n', []]);
  });
});

describe('environment variables of options', () => {
  it.each<[string, Record<string, string>, Record<string, unknown>]>([
    ['up', { LABCTL_UP_PROFILE: 'kpr' }, { profile: 'kpr' }],
    ['up --profile ebpf', { LABCTL_UP_PROFILE: 'kpr' }, { profile: 'ebpf' }],
    ['up', { LABCTL_UP_RETAIN: '1', LABCTL_UP_NO_VERIFY: 'true' }, { retain: true, verify: false }],
    ['up', { LABCTL_UP_RETAIN: '0', LABCTL_UP_NO_VERIFY: '0' }, { retain: false, verify: true }],
    ['up', { LABCTL_UP_ONLY: 'a,b' }, { only: ['a', 'b'] }],
    ['profiles list', { LABCTL_PROFILES_LIST_OUTPUT: 'yaml' }, { output: 'yaml' }],
    ['-o json up', { LABCTL_UP_OUTPUT: 'yaml' }, { output: 'json' }],
  ])('%s with %j', async (argv, env, expected) => {
    expect((await parse(argv, env)).invocation?.options).toMatchObject(expected);
  });

  it.each([{ LABCTL_UP_RETAIN: 'maybe' }, { LABCTL_UP_ATTACH: 'x' }, { LABCTL_UP_ONLY: 'a,c' }])(
    'refuses %j',
    async (env) => {
      const error = await refusal('up', env);
      expect(error.message).toContain(Object.keys(env)[0]);
      expect(error.fix).toContain('allowed:');
    },
  );

  it.each<[string, Record<string, string>, string[]]>([
    ['up', { LABCTL_UP_PROFIL: 'kpr' }, ['LABCTL_UP_PROFIL is not read; did you mean LABCTL_UP_PROFILE?']],
    ['up', { LABCTL_UP_PROFILE: 'kpr', LABCTL_EXEC_X: '1', LABCTL_POD_CIDR: 'x' }, []],
    [
      'profiles list',
      { LABCTL_PROFILES_LIST_ZZZZZZZZZZ: '' },
      ['LABCTL_PROFILES_LIST_ZZZZZZZZZZ is not read'],
    ],
  ])('%s with %j warns %j', async (argv, env, warnings) => {
    expect((await parse(argv, env)).invocation?.warnings).toEqual(warnings);
  });
});
