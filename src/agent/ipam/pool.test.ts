import { expect, test } from 'vitest';
import type { Cidr4 } from '../../core/ip.ts';
import { createPool, freshPool, type Pool } from './pool.ts';

const cidr = '10.244.1.0/29' as Cidr4;
const all = ['10.244.1.2', '10.244.1.3', '10.244.1.4', '10.244.1.5', '10.244.1.6'];
const drain = (pool: Pool): (string | undefined)[] => all.map(() => pool.take());

test('hands out every address but network, gateway and broadcast, once', () => {
  const pool = createPool(cidr, freshPool, []);
  expect(drain(pool)).toEqual(all);
  expect(pool.take()).toBeUndefined();
  expect([pool.held(), pool.capacity]).toEqual([5, 5]);
});

test('a freed address is reused last, the one freed first before others', () => {
  const pool = createPool(cidr, freshPool, []);
  const [a, b] = [pool.take(), pool.take()];
  if (a === undefined || b === undefined) throw new Error('empty pool');
  pool.release(b);
  pool.release(a);
  expect(drain(pool)).toEqual(['10.244.1.4', '10.244.1.5', '10.244.1.6', b, a]);
});

test('a release of an address that nobody holds changes nothing', () => {
  const pool = createPool(cidr, freshPool, []);
  pool.release('10.244.1.4' as never);
  pool.release('192.0.2.1' as never);
  expect(drain(pool)).toEqual(all);
  expect(pool.take()).toBeUndefined();
});

test('goes on after a restart: held addresses and the order of freed ones', () => {
  const before = createPool(cidr, freshPool, []);
  for (let i = 0; i < 4; i++) before.take();
  before.release('10.244.1.4' as never);
  before.release('10.244.1.2' as never);
  const after = createPool(cidr, before.state(), ['10.244.1.3', '10.244.1.5']);
  expect(drain(after)).toEqual(['10.244.1.6', '10.244.1.4', '10.244.1.2', undefined, undefined]);
});

test('a lost state file gives no held address twice', () => {
  const pool = createPool(cidr, freshPool, ['10.244.1.2', '10.244.1.5']);
  expect(drain(pool)).toEqual(['10.244.1.6', '10.244.1.3', '10.244.1.4', undefined, undefined]);
});

test('a pool too small for a pod is refused', () => {
  expect(() => createPool('10.244.1.0/31' as Cidr4, freshPool, [])).toThrow('no room');
});
