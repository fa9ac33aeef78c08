import { agentCli } from '../../cilium/index.ts';
import type { Exec } from '../../core/exec.ts';
import { isInPath } from '../preflight.ts';
import type { PartStatus } from '../status.ts';

/** cilium-cli on this machine, by what it says of itself: the agent's own command line was called `cilium` as well. */
export async function ciliumCli(
  exec: Exec,
  isThere = isInPath('cilium'),
): Promise<{ readonly version: string } | { readonly lacking: string }> {
  if (!isThere) return { lacking: 'cilium-cli (`cilium`) is not in PATH' };
  const { stdout, stderr } = await exec('cilium', ['version', '--client'], { allowFailure: true });
  const version = /^cilium-cli: *(\S+)/m.exec(stdout)?.[1];
  if (version !== undefined) return { version };
  return {
    lacking: `cilium in PATH is not cilium-cli: ${`${stdout}${stderr}`.split('\n')[0] || 'no answer'}`,
  };
}

/** The two programs that people take for one another, each by what it is for. */
export async function ciliumPrograms(
  exec: Exec,
  version: string,
  isThere?: boolean,
): Promise<readonly PartStatus[]> {
  const inside = agentCli(version);
  const outside = await ciliumCli(exec, isThere);
  return [
    {
      name: `${inside} (in each agent's pod)`,
      state: version,
      detail: `asks the agent of one node: kubectl -n kube-system exec ds/cilium -- ${inside} status`,
    },
    {
      name: 'cilium (cilium-cli, on this machine)',
      state: 'version' in outside ? outside.version : 'absent',
      detail:
        'version' in outside
          ? 'asks and tests a whole cluster: cilium status, cilium connectivity test'
          : `${outside.lacking}; labctl verify needs none, cilium connectivity test does`,
    },
  ];
}
