import { expect, test } from 'vitest';
import { planRestore } from '../iptables/plan.ts';
import { masqueradeRules } from './iptables.ts';

test('pods, but not to pods and not to nodes', () => {
  const rules = masqueradeRules({
    podCIDR: '10.244.0.0/16',
    nativeRoutingCIDR: '10.0.0.0/8',
    nodeAddresses: ['172.18.0.3', '172.18.0.2', '172.18.0.3'],
  });
  expect(planRestore(rules, new Map(), () => false)).toBe(`*nat
:LABCTL-POSTROUTING - [0:0]
-A LABCTL-POSTROUTING ! -s 10.244.0.0/16 -m comment --comment "labctl: not from a pod" -j RETURN
-A LABCTL-POSTROUTING -d 10.0.0.0/8 -m comment --comment "labctl: native routing" -j RETURN
-A LABCTL-POSTROUTING -d 172.18.0.2 -m comment --comment "labctl: node" -j RETURN
-A LABCTL-POSTROUTING -d 172.18.0.3 -m comment --comment "labctl: node" -j RETURN
-A LABCTL-POSTROUTING -m comment --comment "labctl: pod to world" -j MASQUERADE --random-fully
-A POSTROUTING -m comment --comment "labctl: masquerade" -j LABCTL-POSTROUTING
COMMIT
`);
});
