import type { Exec } from '../../../core/exec.ts';
import { execIn } from '../../../platform/docker.ts';
import { kindNodes } from '../../../platform/kind.ts';
import type { KindStep } from '../context.ts';
import { installUnit } from './node-files.ts';

const root = '/opt/labctl/tools';
const scripts = '/usr/local/bin';
/** Programs that nodes get from the demo image where they have none of that name. */
const tools = ['node', 'labctl-probe', 'tcpdump', 'bpftool', 'ethtool', 'ping', 'curl', 'nft'];

/** The demo image's file system is on every node already: it only has to be seen. */
const toolsUnit = (image: string): string => `[Unit]
Description=Tools of labctl
After=containerd.service
Requires=containerd.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=/bin/mkdir -p ${root}
ExecStartPre=-/bin/umount --recursive ${root}
ExecStartPre=-/usr/bin/env ctr --namespace k8s.io snapshots rm ${root}
ExecStart=/usr/bin/env ctr --namespace k8s.io images mount docker.io/${image} ${root}
ExecStartPost=/bin/mount --rbind /proc ${root}/proc
ExecStartPost=/bin/mount --rbind /sys ${root}/sys
ExecStartPost=/bin/mount --rbind /dev ${root}/dev

[Install]
WantedBy=multi-user.target
`;

const wrapper = (tool: string): string => `#!/bin/sh\nexec chroot ${root} ${tool} "$@"\n`;

export const nodeTools: KindStep = {
  title: 'Put tools on the nodes',
  run: async ({ lab, exec, images }, report) => {
    const nodes = await kindNodes(exec, lab.name);
    const added = await Promise.all(
      nodes.map(async ({ name }) => {
        const node = execIn(exec, name);
        await installUnit(node, 'labctl-tools.service', toolsUnit(images.demo.reference));
        return installWrappers(node);
      }),
    );
    report([...new Set(added.flat())].join(', '));
  },
};

/** A node's own program wins. */
async function installWrappers(node: Exec): Promise<string[]> {
  const added: string[] = [];
  for (const tool of tools) {
    const path = `${scripts}/${tool}`;
    const found = await node('/bin/sh', ['-c', 'command -v "$1"', 'sh', tool], { allowFailure: true });
    if (found.exitCode === 0 && found.stdout.trim() !== path) continue;
    await node('/bin/sh', ['-c', 'cat > "$1" && chmod 755 "$1"', 'sh', path], { input: wrapper(tool) });
    added.push(tool);
  }
  return added;
}
