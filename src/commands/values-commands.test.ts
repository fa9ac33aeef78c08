import { describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../core/log.ts';
import type { CommandContext } from './command.ts';
import { valuesLint } from './values-lint.ts';
import { valuesMigrate } from './values-migrate.ts';

/** `values lint` and `values migrate` from options to answer. */

const inputs: Readonly<Record<string, string>> = {
  'v.yaml': 'tunnel: disabled\nfoo: yes\n',
  'fine.yaml': 'debug:\n  enabled: true\n',
};

async function run(command: typeof valuesLint, options: Readonly<Record<string, unknown>>) {
  const said: string[] = [];
  const log: Log = {
    ...silentLog,
    warn: (message) => said.push(`warning ${message}`),
    error: (message) => said.push(`error ${message}`),
  };
  const context = { log, env: {}, readInput: async (path: string) => inputs[path] ?? '' };
  const answer = await command.run?.(context as unknown as CommandContext, [], options);
  return { ...answer, said: said.join('\n').split('\n') };
}

describe('values lint', () => {
  const ciliumVersion = '1.20.0';
  const placesWith = async (options: Readonly<Record<string, unknown>>) =>
    (await run(valuesLint, { ciliumVersion, ...options })).text
      ?.split('\n')
      .slice(0, -1)
      .filter((line) => !line.startsWith(' '))
      .map((line) => line.split(': ').slice(0, 3).join(': '));

  it('names what says a key last', async () => {
    expect(await placesWith({ values: ['v.yaml'], setString: ['tunnel=vxlan'] })).toEqual(
      expect.arrayContaining(['--set-string: error: tunnel', 'v.yaml:2:1: error: foo']),
    );
  });

  it('says of a key that is missing that nothing says it', async () => {
    expect(await placesWith({ set: ['kubeProxyReplacement=true'] })).toEqual([
      'not set: warning: k8sServiceHost',
    ]);
  });

  it.each(['clustermesh.config.clusters[0].name=b', 'tolerations[0].operator=Exists'])(
    'knows %s',
    async (set) => {
      expect(await placesWith({ set: [set] })).toEqual([]);
    },
  );

  it('takes --set-string over --set, and leaves it text', async () => {
    const options = { set: ['debug.enabled=true'], setString: ['debug.enabled=true'] };
    expect(await placesWith(options)).toEqual(['--set-string: error: debug.enabled']);
    expect(await placesWith({ set: options.set })).toEqual([]);
  });
});

describe('values migrate', () => {
  const versions = { from: '1.12.4', to: '1.20.0' };

  it('shows findings as lint does and ends with 3 for errors', async () => {
    const { said, exitCode, data, text } = await run(valuesMigrate, { ...versions, values: ['v.yaml'] });
    expect(exitCode).toBe(3);
    const { text: linted } = await run(valuesLint, { ciliumVersion: versions.to, values: ['v.yaml'] });
    const line = linted?.split('\n').find((one) => one.includes(': foo: '));
    expect(line).toMatch(/^v\.yaml:2:1: error: foo: /);
    expect(said[0]).toMatch(/^error \d+ errors, \d+ warnings for chart 1\.20\.0, by /);
    expect(said).toContain(line);
    expect(data).toHaveProperty(
      'findings',
      expect.arrayContaining([expect.objectContaining({ place: 'v.yaml:2:1' })]),
    );
    expect(text).toMatch(/^foo: true$/m);
  });

  it('ends with 0 where nothing is wrong', async () => {
    const { said, exitCode } = await run(valuesMigrate, { ...versions, values: ['fine.yaml'] });
    expect({ said, exitCode }).toEqual({ said: [''], exitCode: 0 });
  });

  it('writes lists as lists', async () => {
    const { text } = await run(valuesMigrate, { ...versions, set: ['extraEnv[0].name=A'] });
    expect(text).toBe('extraEnv:\n  - name: A\n');
  });

  it('writes texts so that helm reads texts', async () => {
    const setString = ['extraEnv[0].name=yes,extraEnv[0].value=0777'];
    const { text } = await run(valuesMigrate, { ...versions, setString });
    expect(text).toBe('extraEnv:\n  - name: "yes"\n    value: "0777"\n');
  });
});
