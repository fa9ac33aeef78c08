import { expect, test } from 'vitest';
import type { Exec } from '../../core/exec.ts';
import type { Ip4 } from '../../core/ip.ts';
import { makeLinks, nodeSide, podSide, removeLinks } from './links.ts';
import type { EndpointRecord } from './record.ts';

const record: EndpointRecord = {
  schema: 'labctl.dev/endpoint/v1',
  containerId: 'a',
  ifName: 'eth0',
  netns: '/run/netns/pod',
  netnsId: '4:1',
  address: '10.244.1.2' as Ip4,
  id: 1,
  link: 'lxc1',
  ifindex: 0,
  mac: '02:00:00:00:00:01',
  nodeMac: '02:00:00:00:00:02',
  mtu: 1450,
  phase: 'making',
};
const place = { nodeAddress: '172.30.0.2' as Ip4, gateway: '10.244.1.1' as Ip4, hasIp6: false };

test('both ends know each other without ARP, and the node shows its own address to the pod', () => {
  expect(nodeSide(place, record)).toEqual([
    'link add name lxc1 address 02:00:00:00:00:02 mtu 1450 type veth peer name eth0 address 02:00:00:00:00:01 mtu 1450 netns /run/netns/pod',
    'link set dev lxc1 up',
    'route replace 10.244.1.2/32 dev lxc1 scope link src 172.30.0.2',
    'neigh replace 10.244.1.2 lladdr 02:00:00:00:00:01 dev lxc1 nud permanent',
  ]);
  expect(podSide(place, record)).toEqual([
    'link set dev lo up',
    'addr add 10.244.1.2/32 dev eth0',
    'link set dev eth0 up',
    'neigh replace 10.244.1.1 lladdr 02:00:00:00:00:02 dev eth0 nud permanent',
    'route replace 10.244.1.1/32 dev eth0 scope link src 10.244.1.2',
    'route replace default via 10.244.1.1 dev eth0 src 10.244.1.2',
  ]);
});

test('links get no IPv6 address of their own where the kernel would make one', () => {
  expect(nodeSide({ ...place, hasIp6: true }, record)[1]).toBe('link set dev lxc1 addrgenmode none');
  expect(podSide({ ...place, hasIp6: true }, record)[1]).toBe('link set dev eth0 addrgenmode none');
});

test('the pod side is made in the namespace of the pod, by two processes in all', async () => {
  const calls: string[] = [];
  const exec: Exec = async (file, args) => {
    calls.push([file, ...args].join(' '));
    return { stdout: '', stderr: '', exitCode: 0 };
  };
  await makeLinks({ exec, ...place }, record);
  expect(calls).toEqual(['ip -batch -', 'nsenter --net=/run/netns/pod ip -batch -']);
});

test('removing is repeatable, but a real failure is told', async () => {
  const failing =
    (stderr: string): Exec =>
    async () => ({ stdout: '', stderr, exitCode: 1 });
  await expect(removeLinks(failing('Cannot find device "lxc1"'), record)).resolves.toBeUndefined();
  await expect(removeLinks(failing('Operation not permitted'), record)).rejects.toThrow('not permitted');
});
