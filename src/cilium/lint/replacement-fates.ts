import { type Fate, is } from './fate.ts';

const key = 'kubeProxyReplacement';

/** Which words charts took for how much of kube-proxy is replaced. */
export const replacementFates: readonly Fate[] = [
  {
    key,
    before: '1.14.0',
    when: is(true),
    outcome: 'refused',
    message: 'is text before 1.14: the template ends with "incompatible types"',
    use: 'kubeProxyReplacement: strict',
  },
  {
    key,
    before: '1.14.0',
    when: is(false),
    outcome: 'misread',
    message: 'false counts as not given before 1.14 (1.12.0 then takes probe)',
    use: 'kubeProxyReplacement: disabled',
  },
  ...(
    [
      { before: '1.12.11', outcome: 'misread' },
      { from: '1.12.11', before: '1.13.0', outcome: 'refused' },
      { from: '1.13.0', before: '1.13.4', outcome: 'misread' },
      { from: '1.13.4', before: '1.14.0', outcome: 'refused' },
    ] as const
  ).map(
    (range): Fate => ({
      ...range,
      key,
      when: is('true', 'false'),
      message:
        range.outcome === 'refused'
          ? 'true and false are no words of this version, the chart refuses them'
          : 'true and false are no words of this version, and the chart passes them on unchecked',
      use: 'kubeProxyReplacement: strict or disabled',
    }),
  ),
  {
    key,
    from: '1.14.0',
    before: '1.16.0',
    when: is('strict', 'partial', 'disabled'),
    outcome: 'deprecated',
    message: 'is true or false from 1.14 on; 1.16 refuses the old words',
    use: 'kubeProxyReplacement: true or false',
  },
  {
    key,
    from: '1.16.0',
    when: is('strict', 'partial', 'disabled'),
    outcome: 'refused',
    message: 'is true or false, the chart refuses the old words',
    use: 'kubeProxyReplacement: true or false',
  },
  {
    key,
    from: '1.13.0',
    before: '1.13.4',
    when: is('probe'),
    outcome: 'misread',
    message: 'probe was removed: the chart passes it on unchecked, and the agent ends with a fatal error',
    use: 'kubeProxyReplacement: strict, or leave it out',
  },
  {
    key,
    from: '1.13.4',
    when: is('probe'),
    outcome: 'refused',
    message: 'probe was removed, the chart refuses it',
    use: 'kubeProxyReplacement: true (strict before 1.14), or leave it out',
  },
];
