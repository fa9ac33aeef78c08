import type { Fate } from './fate.ts';

/**
 * Keys that charts name only to refuse them, by the minor that went without them. The check came later than the
 * removal: until then the key was ignored.
 */
const removedKeys = {
  '1.15': [
    ...['enableK8sEventHandover', 'enableCnpStatusUpdates'],
    ...['clustermesh.apiserver.tls.ca.cert', 'clustermesh.apiserver.tls.ca.key'],
  ],
  '1.16': [
    ...['encryption.keyFile', 'encryption.mountPath', 'encryption.secretName', 'encryption.interface'],
    ...['proxy.prometheus.enabled', 'proxy.prometheus.port', 'endpointStatus.enabled', 'etcd.managed'],
    ...['remoteNodeIdentity', 'containerRuntime.integration'],
  ],
  '1.18': ['enableCiliumEndpointSlice', 'ciliumEndpointSlice.sliceMode'],
} as const;

const checks = {
  '1.15': [
    { from: '1.15.0', before: '1.15.8', outcome: 'ignored' },
    { from: '1.15.8', before: '1.16.0', outcome: 'refused' },
    { from: '1.16.0', before: '1.16.2', outcome: 'ignored' },
    { from: '1.16.2', outcome: 'refused' },
  ],
  '1.16': [
    { from: '1.16.0', before: '1.16.2', outcome: 'ignored' },
    { from: '1.16.2', outcome: 'refused' },
  ],
  '1.18': [{ from: '1.18.0', outcome: 'refused' }],
} as const;

const isTrue = (value: unknown): boolean => value !== false && value !== '' && value !== 0;

export const removedKeyFates: readonly Fate[] = (['1.15', '1.16', '1.18'] as const).flatMap((minor) =>
  removedKeys[minor].flatMap((key) =>
    checks[minor].map((check): Fate => {
      const how = check.outcome === 'refused' ? 'the chart refuses it' : 'is ignored without a word';
      return { ...check, key, when: isTrue, message: `was removed with ${minor}: ${how}` };
    }),
  ),
);
