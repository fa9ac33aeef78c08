import { expect, test } from 'vitest';
import type { NetworkConfig, PortRange } from '../../core/agent-config.ts';
import { localPortRange } from './port-range.ts';

const range = (first: number, last: number): PortRange => ({ first, last });

test.each<[string, PortRange, PortRange, string]>([
  ['the default without its top', range(49_152, 65_535), range(30_000, 32_767), '32768 49151'],
  ['the default without its bottom', range(20_000, 40_000), range(30_000, 32_767), '40001 60999'],
  ['the larger side of a hole', range(40_000, 41_000), range(30_000, 32_767), '41001 60999'],
  ['other ports where the default is taken', range(32_768, 60_999), range(30_000, 32_767), '1024 29999'],
  ['all of the default where nothing overlaps', range(10_000, 20_000), range(30_000, 32_767), '32768 60999'],
])('leaves %s', (_, natPortRange, nodePortRange, expected) => {
  expect(localPortRange({ natPortRange, nodePortRange } as NetworkConfig)).toBe(expected);
});
