import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Exec } from '../../../core/exec.ts';
import { resolveLab } from '../../../profile/resolve.ts';
import type { KindUp } from '../context.ts';
import { configOf } from './cluster.ts';
import { kubeProxyAway } from './kube-proxy.ts';

let state = '';
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'labctl-kube-proxy-'));
  vi.stubEnv('LABCTL_STATE_DIR', state);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true });
});

/** A lab whose cluster kind made with that mode; `done` are the commands that were run. */
function lab(mode: string, profile = 'kpr') {
  const config = configOf('away');
  mkdirSync(dirname(config), { recursive: true });
  writeFileSync(config, `kind: Cluster\nnetworking:\n  kubeProxyMode: ${mode}\n`);
  const done: string[] = [];
  const exec: Exec = async (file, args) => {
    done.push([file, ...args].join(' '));
    return { stdout: '', stderr: '', exitCode: 0 };
  };
  const context = {
    lab: resolveLab({ flags: { profile, runtime: 'kind', name: 'away' } }).lab,
    exec,
    kubectl: { run: async (args: readonly string[]) => (await exec('kubectl', args)).stdout },
    nodeContainers: async () => [{ name: 'away-control-plane' }, { name: 'away-worker' }],
  };
  return { context: context as unknown as KindUp, done };
}

describe('kube-proxy', () => {
  it('goes with its chains on every node when a lab that was made with it does without', async () => {
    const { context, done } = lab('iptables');
    expect(kubeProxyAway.skip?.(context)).toBe(false);
    const told: string[] = [];
    await kubeProxyAway.run(context, (line) => told.push(line));
    const [deletion, ...removals] = done;
    expect(deletion).toMatch(
      /^kubectl delete daemonset\/kube-proxy configmap\/kube-proxy .*--cascade=foreground/,
    );
    expect(removals).toHaveLength(2);
    for (const [index, node] of ['away-control-plane', 'away-worker'].entries()) {
      expect(removals[index]).toContain(`docker exec --interactive ${node} /bin/sh`);
      expect(removals[index]).toMatch(/iptables-nft-save \| grep -vwE .* \| iptables-nft-restore/);
    }
    expect(told).toEqual(['its chains are gone from 2 nodes']);
  });

  it('is not looked for in a cluster that was made without', async () => {
    const { context, done } = lab('none');
    await kubeProxyAway.run(context, () => undefined);
    expect(done).toEqual([]);
  });

  it('stays where the profile has it', () => {
    expect(kubeProxyAway.skip?.(lab('iptables', 'kube-proxy').context)).toBe('the profile has it');
  });
});
