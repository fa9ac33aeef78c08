import type { Exec } from '../../../core/exec.ts';
import { execIn } from '../../../platform/docker.ts';
import { kindNodes } from '../../../platform/kind.ts';
import type { KindStep } from '../context.ts';

/**
 * A kind node has no bpffs, and only a privileged pod could mount one. A unit does it at every start
 * of the node; systemd refuses a .mount unit for this place.
 */
const bpffsUnit = `[Unit]
Description=BPF file system of labctl
DefaultDependencies=no
Before=kubelet.service containerd.service
ConditionPathIsMountPoint=!/sys/fs/bpf

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/mount -t bpf -o mode=0700 bpf /sys/fs/bpf

[Install]
WantedBy=multi-user.target
`;

/** `docker restart` may give a node another address, which its kubelet was told when it joined. */
const addressScript = `flags=/var/lib/kubelet/kubeadm-flags.env
address=$(ip -4 -o address show dev eth0 scope global | sed -n 's|.* inet \\([0-9.]*\\)/.*|\\1|p' | head -n 1)
[ -z "$address" ] || sed -i "s|--node-ip=[0-9.]*|--node-ip=$address|" "$flags"
`;
const addressPath = '/usr/local/sbin/labctl-node-address';
const addressUnit = `[Unit]
Description=The node's own address for its kubelet, by labctl
DefaultDependencies=no
Before=kubelet.service
ConditionPathExists=/var/lib/kubelet/kubeadm-flags.env

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -eu ${addressPath}

[Install]
WantedBy=multi-user.target
`;

export const nodeFiles: KindStep = {
  title: 'Prepare nodes',
  run: async ({ lab, exec }, report) => {
    const nodes = await kindNodes(exec, lab.name);
    await Promise.all(
      nodes.map(async ({ name }) => {
        const node = execIn(exec, name);
        await installUnit(node, 'labctl-bpffs.service', bpffsUnit);
        await node('/bin/sh', ['-euc', 'cat > "$1"', 'sh', addressPath], { input: addressScript });
        await installUnit(node, 'labctl-node-address.service', addressUnit);
      }),
    );
    report('bpffs mounted, the address kept in step');
  },
};

const installScript = `cat > "$1.new"
mv "$1.new" "$1"
systemctl daemon-reload
systemctl enable --quiet --now "$2"`;

/** Writes a unit and has it running now and after every start of the node. */
export async function installUnit(node: Exec, name: string, text: string): Promise<void> {
  const path = `/etc/systemd/system/${name}`;
  await node('/bin/sh', ['-euc', installScript, 'sh', path, name], { input: text });
}
