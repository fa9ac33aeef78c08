import { readFile, writeFile } from 'node:fs/promises';

/** Kernel settings of this network namespace. */
export interface Sysctl {
  /** The value, or undefined where the kernel has no such setting. */
  read(name: string): Promise<string | undefined>;
  write(name: string, value: string): Promise<void>;
}

const pathOf = (name: string): string => `/proc/sys/${name.replaceAll('.', '/')}`;

/** By /proc/sys, which shows the network namespace of the process that opens it. */
export const procSysctl: Sysctl = {
  read: async (name) => {
    try {
      return (await readFile(pathOf(name), 'utf8')).trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
  write: async (name, value) => {
    await writeFile(pathOf(name), value);
  },
};

/** What kube-proxy 1.34 sets with its default configuration, and what the kernel has without it. */
const settings = [
  // NodePorts on 127.0.0.1.
  { name: 'net.ipv4.conf.all.route_localnet', value: '1', kernel: '0' },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_established', value: '86400', kernel: '432000' },
  { name: 'net.netfilter.nf_conntrack_tcp_timeout_close_wait', value: '3600', kernel: '60' },
] as const;

export async function setSysctls(sysctl: Sysctl): Promise<void> {
  for (const { name, value } of settings) await sysctl.write(name, value);
}

/** Back to the kernel's own values, those only that are still kube-proxy's. */
export async function resetSysctls(sysctl: Sysctl): Promise<void> {
  for (const { name, value, kernel } of settings) {
    if ((await sysctl.read(name)) === value) await sysctl.write(name, kernel);
  }
}

/** Whether conntrack calls fewer packets INVALID, so that dropping those would be wrong. */
export async function isConntrackLiberal(sysctl: Sysctl): Promise<boolean> {
  return ((await sysctl.read('net.netfilter.nf_conntrack_tcp_be_liberal')) ?? '0') !== '0';
}
