import type { Exec } from '../../core/exec.ts';
import type { Backend, Iptables } from '../iptables/backend.ts';
import { planRemoval, planRestore } from '../iptables/plan.ts';
import type { BaseOptions } from './base-rules.ts';
import { endpointTable } from './endpoints.ts';
import { chain, isKubeProxyChain } from './names.ts';
import { ensureNfacct, removeNfacct } from './nfacct.ts';
import { type KubeProxyInput, kubeProxyRules } from './render.ts';
import { servicePorts } from './service-port.ts';
import { deleteStaleUdp } from './stale-udp.ts';
import { isConntrackLiberal, procSysctl, resetSysctls, type Sysctl, setSysctls } from './sysctls.ts';

/** What it acts on: all of it belongs to the network namespace of the node. */
export interface KubeProxyHost {
  readonly exec: Exec;
  readonly iptables: Iptables;
  /** Default: this process's /proc/sys. */
  readonly sysctl?: Sysctl;
}

/** What the rules depend on and changes while the node runs. */
export type KubeProxyState = Omit<KubeProxyInput, keyof BaseOptions>;

export interface KubeProxyApplied {
  /** False: every rule stood already. */
  readonly hasChanged: boolean;
  /** UDP entries of conntrack that led to endpoints which are gone; undefined: no tool to look with. */
  readonly staleUdp: number | undefined;
}

export interface KubeProxy {
  readonly backend: Backend;
  readonly version: string;
  /** Whether rules name nfacct counters. */
  readonly hasNfacct: boolean;
  /** Makes the rules those of `state`, by at most one `iptables-restore`. Calls must not overlap. */
  apply(state: KubeProxyState): Promise<KubeProxyApplied>;
}

/** Does in this node what kube-proxy does in iptables mode. */
export async function startKubeProxy(host: KubeProxyHost): Promise<KubeProxy> {
  const { exec, iptables } = host;
  const sysctl = host.sysctl ?? procSysctl;
  const hasNfacct = await ensureNfacct(exec);
  const dropsInvalid = !(await isConntrackLiberal(sysctl));
  let areSysctlsSet = false;

  const apply = async (state: KubeProxyState): Promise<KubeProxyApplied> => {
    const wanted = kubeProxyRules({ ...state, hasNfacct, dropsInvalid });
    const text = planRestore(wanted, await iptables.save(), isKubeProxyChain);
    await iptables.restore(text);
    if (!areSysctlsSet) {
      // After the rules: those of conntrack exist once a rule has called for it.
      await setSysctls(sysctl);
      areSysctlsSet = true;
    }
    if (text === '') return { hasChanged: false, staleUdp: 0 };
    const endpoints = endpointTable(state.endpointSlices, state.nodeName);
    return {
      hasChanged: true,
      staleUdp: await deleteStaleUdp(exec, servicePorts(state.services), endpoints),
    };
  };
  return { backend: iptables.backend, version: iptables.version, hasNfacct, apply };
}

/** Takes back chains, jumps, counters and sysctls; repeatable, and needs no running agent. */
export async function removeKubeProxy(host: KubeProxyHost): Promise<void> {
  const live = await host.iptables.save();
  const hasKubelet = live.get('filter')?.rules.has('KUBE-KUBELET-CANARY') === true;
  const owns = (name: string): boolean =>
    isKubeProxyChain(name) && !(hasKubelet && name === chain.kubeletFirewall);
  await host.iptables.restore(planRemoval(live, owns));
  await removeNfacct(host.exec);
  await resetSysctls(host.sysctl ?? procSysctl);
}
