import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { timeoutError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { connectivityTest } from './connectivity-test.ts';
import { ciliumCli, ciliumPrograms } from './programs.ts';

const says =
  (stdout: string, exitCode = 0): Exec =>
  async () => ({ stdout, stderr: '', exitCode });
const client = 'cilium-cli: v0.16.4 compiled with go1.22\ncilium image (default): v1.15.4\n';
const signal = new AbortController().signal;

describe('the two programs called cilium', () => {
  it('are each told by what they are for', async () => {
    expect(await ciliumPrograms(says(client), '1.20.0', true)).toMatchObject([
      { name: "cilium-dbg (in each agent's pod)", detail: expect.stringContaining('-- cilium-dbg status') },
      { name: 'cilium (cilium-cli, on this machine)', state: 'v0.16.4' },
    ]);
    const [inside, outside] = await ciliumPrograms(says(''), '1.14.0', false);
    expect(inside?.name).toBe("cilium (in each agent's pod)");
    expect(outside).toMatchObject({ state: 'absent', detail: expect.stringContaining('not in PATH') });
  });

  it('are not taken for one another in PATH', async () => {
    expect(await ciliumCli(says('Client: 1.14.0 abc go version go1.20\n'), true)).toEqual({
      lacking: 'cilium in PATH is not cilium-cli: Client: 1.14.0 abc go version go1.20',
    });
  });
});

describe('cilium connectivity test', () => {
  /** A cilium-cli that writes JUnit where it is told to and knows how. */
  const cli =
    (
      options: { readonly junit?: string; readonly output: string; readonly exitCode: number },
      asks: string[],
    ): Exec =>
    async (_file, args, { env = {} } = {}) => {
      asks.push([...args, ...Object.keys(env)].join(' '));
      if (args[0] === 'version') return { stdout: client, stderr: '', exitCode: 0 };
      const knows = options.junit === undefined ? 'Usage' : 'Usage --junit-file string';
      if (args.includes('--help')) return { stdout: knows, stderr: '', exitCode: 0 };
      const file = args[args.indexOf('--junit-file') + 1];
      if (options.junit !== undefined && file !== undefined) writeFileSync(file, options.junit);
      return { stdout: options.output, stderr: '', exitCode: options.exitCode };
    };

  it('is skipped with the reason where there is none', async () => {
    expect(await connectivityTest(says(''), 'lab', signal, false)).toMatchObject([
      { status: 'skipped', reason: expect.stringContaining('not in PATH') },
    ]);
  });

  it('is read from JUnit where this version writes it, in the cluster of the lab', async () => {
    const asks: string[] = [];
    const junit =
      '<testsuites><testsuite><testcase name="no-policies" time="2.5"></testcase></testsuite></testsuites>';
    const cases = await connectivityTest(cli({ junit, output: '', exitCode: 0 }, asks), 'lab', signal, true);
    expect(cases).toEqual([{ name: 'no-policies', status: 'passed', seconds: 2.5, reason: '' }]);
    expect(asks.at(-1)).toMatch(/^connectivity test --junit-file \S+ KUBECONFIG$/);
  });

  it('that does not end is one case, beside what the checks found', async () => {
    const exec: Exec = async (file, args, options) => {
      if (args.join(' ') !== 'connectivity test')
        return cli({ output: '', exitCode: 0 }, [])(file, args, options);
      throw timeoutError('E_COMMAND_TIMEOUT', 'cilium connectivity test: not ended within 2700 s');
    };
    expect(await connectivityTest(exec, 'lab', signal, true)).toMatchObject([
      { name: 'run', status: 'error', reason: expect.stringContaining('2700 s') },
    ]);
  });

  it('is read from its summary where it does not, and from what it said where it died', async () => {
    const run = async (output: string, exitCode: number) => {
      const asks: string[] = [];
      const cases = await connectivityTest(cli({ output, exitCode }, asks), 'lab', signal, true);
      expect(asks.at(-1)).toBe('connectivity test KUBECONFIG');
      return cases.map(({ name, status }) => `${name} ${status}`);
    };
    expect(await run('✅ All 63 tests (597 actions) successful, 5 tests skipped', 0)).toEqual(['all passed']);
    expect(await run('connectivity test failed: timeout', 1)).toEqual(['run error']);
  });
});
