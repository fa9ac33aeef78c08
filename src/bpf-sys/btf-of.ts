import { checked } from './errors.ts';
import { owned } from './fd.ts';
import { libbpf } from './libbpf.ts';
import { u32Box, withStruct } from './struct.ts';

const infoSize = 32;

/** The raw BTF that a program or map was loaded with; needs CAP_SYS_ADMIN. */
export function btfById(id: number): Buffer {
  const fd = owned(
    checked('bpf_btf_get_fd_by_id', libbpf.bpf_btf_get_fd_by_id(id), `open BTF ${id}`),
    `BTF ${id}`,
  );
  const read = (bytes: Buffer): number =>
    withStruct(
      infoSize,
      (info) => {
        if (bytes.length > 0) info.pointer(0, bytes);
        info.u32(8, bytes.length);
      },
      (info) => {
        checked(
          'bpf_obj_get_info_by_fd',
          libbpf.bpf_obj_get_info_by_fd(fd.number, info, u32Box(infoSize)),
          `read BTF ${id}`,
        );
        return info.readUInt32LE(8);
      },
    );
  try {
    const bytes = Buffer.alloc(read(Buffer.alloc(0)));
    read(bytes);
    return bytes;
  } finally {
    fd.close();
  }
}
