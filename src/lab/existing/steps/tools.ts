import { labLabel, systemNamespace } from '../../kind/context.ts';
import { type ExistingStep, toolsSet } from '../context.ts';

/**
 * A pod in the network of every node, with the tools of the demo image: where checks and `labctl exec` run
 * programs "at a node". Its namespace goes, and it with it.
 */
export const nodeTools: ExistingStep = {
  title: 'Put tools on the nodes',
  run: async ({ lab, kubectl, images }, report) => {
    const { reference, pullPolicy } = images.demo;
    const labels = { 'app.kubernetes.io/name': toolsSet, [labLabel]: lab.name };
    const object = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: toolsSet, namespace: systemNamespace, labels },
      spec: {
        selector: { matchLabels: { 'app.kubernetes.io/name': toolsSet } },
        template: {
          metadata: { labels },
          spec: {
            hostNetwork: true,
            dnsPolicy: 'Default',
            terminationGracePeriodSeconds: 0,
            automountServiceAccountToken: false,
            tolerations: [{ operator: 'Exists' }],
            containers: [
              {
                name: 'tools',
                image: reference,
                imagePullPolicy: pullPolicy,
                command: ['sleep', 'infinity'],
                securityContext: {
                  // Rules and counters, captures and pings; tcpdump becomes another user.
                  capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW', 'SETUID', 'SETGID'] },
                  seccompProfile: { type: 'RuntimeDefault' },
                },
              },
            ],
          },
        },
      },
    };
    await kubectl.run(['apply', '--server-side', '--field-manager', 'labctl', '--filename', '-'], {
      input: JSON.stringify(object),
    });
    report(`DaemonSet ${toolsSet}`);
  },
};
