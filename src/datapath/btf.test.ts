import { describe, expect, test } from 'vitest';
import { readBtf } from './btf.ts';
import { readConfigLayout } from './layout.ts';

/** Builds a `.BTF` section, type by type; answers are type ids. */
function btfBuilder() {
  const types: Buffer[] = [];
  const texts: Buffer[] = [Buffer.from('\0')];
  const u32s = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
  const text = (value: string): number => {
    const at = Buffer.concat(texts).length;
    texts.push(Buffer.from(`${value}\0`));
    return value === '' ? 0 : at;
  };
  const add = (kind: number, name: string, count: number, word: number, ...extra: number[]): number =>
    types.push(u32s(text(name), (kind << 24) | count, word, ...extra));
  return {
    text,
    int: (name: string, size: number, encoding = 0) => add(1, name, 0, size, (encoding << 24) | (size * 8)),
    array: (type: number, count: number) => add(3, '', 0, 0, type, 1, count),
    struct: (name: string, size: number, members: readonly (readonly [string, number, number])[]) =>
      add(
        4,
        name,
        members.length,
        size,
        ...members.flatMap(([member, type, offset]) => [text(member), type, offset * 8]),
      ),
    enum: (name: string, values: readonly (readonly [string, number])[]) =>
      add(6, name, values.length, 4, ...values.flatMap(([value, number]) => [text(value), number])),
    typedef: (name: string, type: number) => add(8, name, 0, type),
    volatile: (type: number) => add(9, '', 0, type),
    variable: (name: string, type: number) => add(14, name, 0, type, 1),
    section: (name: string, variables: readonly (readonly [number, number, number])[]) =>
      add(15, name, variables.length, 0, ...variables.flat()),
    tag: (sentence: string, type: number) => add(17, sentence, 0, type, 0xffffffff),
    build(): Buffer {
      const [typeBytes, textBytes] = [Buffer.concat(types), Buffer.concat(texts)];
      const header = Buffer.alloc(24);
      header.writeUInt16LE(0xeb9f, 0);
      header.writeUInt8(1, 2);
      header.writeUInt32LE(24, 4);
      header.writeUInt32LE(typeBytes.length, 12);
      header.writeUInt32LE(typeBytes.length, 16);
      header.writeUInt32LE(textBytes.length, 20);
      return Buffer.concat([header, typeBytes, textBytes]);
    },
  };
}

describe('readBtf', () => {
  test('reads structs, arrays and enums by type id', () => {
    const btf = btfBuilder();
    const byte = btf.int('__u8', 1);
    const mac = btf.array(byte, 6);
    const struct = btf.struct('lab_thing', 8, [
      ['id', byte, 0],
      ['mac', mac, 2],
    ]);
    const colour = btf.enum('lab_colour', [
      ['LAB_RED', 0],
      ['LAB_BLUE', 5],
    ]);
    const types = readBtf(btf.build());
    expect(types[mac]).toEqual({ kind: 'array', type: byte, count: 6 });
    expect(types[struct]).toMatchObject({
      name: 'lab_thing',
      size: 8,
      members: [{ offset: 0 }, { name: 'mac', offset: 2 }],
    });
    expect(types[colour]).toMatchObject({
      values: [
        { name: 'LAB_RED', value: 0 },
        { name: 'LAB_BLUE', value: 5 },
      ],
    });
  });

  test('refuses bytes that are no BTF', () => {
    expect(() => readBtf(Buffer.alloc(64))).toThrow('no BTF');
  });
});

describe('readConfigLayout', () => {
  test('finds byte order through typedefs and qualifiers, sentences through tags, only our variables', () => {
    const btf = btfBuilder();
    const word = btf.int('unsigned int', 4);
    const network = btf.volatile(btf.typedef('__be32', btf.typedef('__u32', word)));
    const address = btf.variable('lab_cfg_node_addr', network);
    const count = btf.variable('lab_cfg_count', btf.volatile(word));
    const other = btf.variable('lab_abi_types', word);
    btf.tag('Address of this node', address);
    btf.section('.rodata.config', [
      [other, 0, 4],
      [count, 4, 4],
      [address, 8, 4],
    ]);
    expect(readConfigLayout(btf.build())).toEqual([
      {
        name: 'lab_cfg_count',
        offset: 4,
        type: { kind: 'number', size: 4, order: 'host', signed: false },
        sentence: '',
      },
      {
        name: 'lab_cfg_node_addr',
        offset: 8,
        type: { kind: 'number', size: 4, order: 'network', signed: false },
        sentence: 'Address of this node',
      },
    ]);
  });
});
