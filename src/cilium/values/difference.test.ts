import { describe, expect, it } from 'vitest';
import { resolveLab } from '../../profile/resolve.ts';
import { parseVersion } from '../version.ts';
import { differingKeys } from './difference.ts';
import { renderCiliumValues } from './render.ts';

const values = (profile: string, version: string) =>
  renderCiliumValues(resolveLab({ flags: { profile, runtime: 'kind' } }).lab, parseVersion(version));

describe('difference of values', () => {
  it('between versions is what changed its name or word', () => {
    expect(differingKeys(values('ebpf', '1.13.4'), values('ebpf', '1.15.0'))).toEqual([
      { key: 'kubeProxyReplacement', from: 'strict', to: 'true' },
      { key: 'routingMode', from: null, to: 'native' },
      { key: 'tunnel', from: 'disabled', to: null },
    ]);
  });

  it('between profiles is what makes the mode', () => {
    const changed = differingKeys(values('kpr', '1.20.0'), values('ebpf', '1.20.0'));
    expect(changed).toEqual([
      { key: 'bpf.hostLegacyRouting', from: 'true', to: 'false' },
      { key: 'bpf.masquerade', from: 'false', to: 'true' },
    ]);
  });

  it('of the same is nothing, whatever the order', () => {
    expect(differingKeys({ a: { b: [1] }, c: 'x' }, { c: 'x', a: { b: [1] } })).toEqual([]);
  });
});
