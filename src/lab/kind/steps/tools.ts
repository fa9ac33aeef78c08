import type { Exec } from '../../../core/exec.ts';
import { execIn } from '../../../platform/docker.ts';
import { kindNodes } from '../../../platform/kind.ts';
import type { ClusterUp, KindStep } from '../context.ts';
import { installUnits } from './node-files.ts';

const root = '/opt/labctl/tools';
const scripts = '/usr/local/bin';
/** Programs that nodes get from the demo image where they have none of that name. */
const tools = ['node', 'labctl-probe', 'tcpdump', 'bpftool', 'ethtool', 'ping', 'curl', 'nft'];

/**
 * The demo image's file system is on every node already: it only has to be seen. What is bound into it follows the
 * node and never leads: without rslave its end would unmount the node's own bpffs and cgroups too.
 */
const toolsUnit = (image: string): string => `[Unit]
Description=Tools of labctl
After=containerd.service
Requires=containerd.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=/bin/mkdir -p ${root}
ExecStartPre=-/bin/mount --make-rslave ${root}
ExecStartPre=-/bin/umount --recursive ${root}
ExecStartPre=-/usr/bin/env ctr --namespace k8s.io snapshots rm ${root}
ExecStart=/usr/bin/env ctr --namespace k8s.io images mount docker.io/${image} ${root}
ExecStartPost=/bin/mount --rbind --make-rslave /proc ${root}/proc
ExecStartPost=/bin/mount --rbind --make-rslave /sys ${root}/sys
ExecStartPost=/bin/mount --rbind --make-rslave /dev ${root}/dev

[Install]
WantedBy=multi-user.target
`;

/** $1 is the root, $2 where wrappers go, the rest are the tools. A node's own program wins. Prints what was added. */
const wrapScript = `root=$1 to=$2; shift 2
for tool; do
  at=$(command -v "$tool") && [ "$at" != "$to/$tool" ] && continue
  printf '#!/bin/sh\nexec chroot %s %s "$@"\n' "$root" "$tool" > "$to/$tool.new"
  chmod 755 "$to/$tool.new"
  mv "$to/$tool.new" "$to/$tool"
  echo "$tool"
done`;

export const nodeTools: KindStep<ClusterUp> = {
  title: 'Put tools on the nodes',
  run: async ({ lab, exec, images }, report) => {
    const added = await addTools(exec, await kindNodes(exec, lab.name), images.demo.reference);
    report(added.join(', '));
  },
};

/** Answers which tools nodes lacked. */
export async function addTools(
  exec: Exec,
  nodes: readonly { readonly name: string }[],
  image: string,
): Promise<readonly string[]> {
  const added = await Promise.all(
    nodes.map(async ({ name }) => {
      const node = execIn(exec, name);
      await installUnits(node, { 'labctl-tools.service': toolsUnit(image) });
      const { stdout } = await node('/bin/sh', ['-euc', wrapScript, 'sh', root, scripts, ...tools]);
      return stdout.split('\n').filter(Boolean);
    }),
  );
  return [...new Set(added.flat())];
}
