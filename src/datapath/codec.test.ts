import { describe, expect, test } from 'vitest';
import { type Codec, encoded, packed } from './codec.ts';
import * as structs from './generated/structs.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex');

describe('generated codecs', () => {
  test('addresses and ports are in network order, other numbers in host order, padding is zero', () => {
    const key = { addr: 0x0a600001, port: 8080, proto: 6, scope: 1, slot: 2 };
    expect(hex(encoded(structs.labSvcKey, key))).toBe('0a600001' + '1f90' + '06' + '01' + '02000000');
    const backend = { addr: 0x0af40105, port: 80, proto: 17 };
    const dirty = Buffer.alloc(structs.labBackend.size, 0xff);
    structs.labBackend.encode(backend, dirty, 0);
    expect(hex(dirty)).toBe('0af40105' + '0050' + '11' + '00');
  });

  test('nested structs and byte arrays lie where C has them', () => {
    const to = { saddr: 1, daddr: 2, sport: 3, dport: 4, proto: 6 };
    const bytes = encoded(structs.labNat, { to, backendId: 7, revNat: 8, kind: 2, flags: 1 });
    expect(hex(bytes)).toBe(
      '00000001' + '00000002' + '0003' + '0004' + '06000000' + '07000000' + '0800' + '02' + '01',
    );
    expect(structs.labNat.decode(bytes, 0)).toEqual({ to, backendId: 7, revNat: 8, kind: 2, flags: 1 });
    const mac = Uint8Array.of(2, 0, 0, 0, 0, 9);
    const endpoint = { ifindex: 3, identity: 256, id: 1, flags: 0, mac, nodeMac: mac };
    expect(structs.labEndpoint.decode(encoded(structs.labEndpoint, endpoint), 0)).toEqual(endpoint);
    expect(() => encoded(structs.labEndpoint, { ...endpoint, mac: Uint8Array.of(1) })).toThrow(RangeError);
  });

  test('refuse numbers that do not fit', () => {
    const key = { addr: 1, port: 65_536, proto: 6, scope: 0, slot: 0 };
    expect(() => encoded(structs.labSvcKey, key)).toThrow(RangeError);
    expect(() => encoded(structs.labSvcKey, { ...key, port: 1, addr: -1 })).toThrow(RangeError);
  });

  const codecs = Object.values(structs) as unknown as readonly Codec<unknown>[];
  test.each(codecs.map((codec) => [codec.name, codec] as const))(
    '%s decodes what it encoded, at any place',
    (_name, codec) => {
      const random = Buffer.from(Array.from({ length: codec.size }, (_, index) => (index * 37 + 11) & 0xff));
      const value = codec.decode(random, 0);
      const twice = packed(codec, [value, value]);
      expect(twice.length).toBe(codec.size * 2);
      expect(codec.decode(twice, codec.size)).toEqual(value);
    },
  );
});
