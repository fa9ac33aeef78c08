import { execIn } from '../../../platform/docker.ts';
import type { KindStep } from '../../kind/context.ts';
import { installUnits, takeAddress, unitOf } from '../../kind/steps/node-files.ts';
import type { CiliumUp } from '../context.ts';

/**
 * kind names the engine's own address as the nodes' name server, and leads questions to it on to the engine's resolver
 * on the loopback, by netfilter. Host routing takes packets of pods past that: they go out, to where nobody answers.
 * Packets to the node itself go by its stack in every mode of Cilium, so nodes are their own name server here. Where
 * nothing is led to the loopback, resolv.conf is left as it is.
 */
const script = `${takeAddress}
rules=$(iptables-save --table nat)
is_led=
for protocol in udp tcp; do
  target=$(printf '%s\\n' "$rules" |
    sed -n "s/.* -p $protocol .*--dport 53 .*--to-destination \\(127\\.[0-9.:]*\\).*/\\1/p" | head -n 1)
  [ -n "$target" ] || continue
  is_led=yes
  for chain in PREROUTING OUTPUT; do
    set -- "$chain" --destination "$address" --protocol "$protocol" --dport 53 --jump DNAT --to-destination "$target"
    iptables --table nat --check "$@" 2>/dev/null || iptables --table nat --append "$@"
  done
done
[ -z "$is_led" ] || printf 'nameserver %s\\noptions ndots:0\\n' "$address" > /etc/resolv.conf
`;
const path = '/usr/local/sbin/labctl-name-server';

/** Before the kubelet, which gives pods the resolv.conf that it sees: also when the node starts again, by another address. */
const unit = unitOf(path, 'The node as its own name server, by labctl');

export const nameServer: KindStep<CiliumUp> = {
  title: 'Make nodes their own name server',
  run: async ({ exec, nodeContainers }, report) => {
    const nodes = await nodeContainers();
    const install = ({ name }: (typeof nodes)[number]): Promise<void> =>
      installUnits(execIn(exec, name), { 'labctl-name-server.service': unit }, { [path]: script });
    await Promise.all(nodes.map(install));
    report('names outside of the cluster can be resolved by pods past netfilter');
  },
};
