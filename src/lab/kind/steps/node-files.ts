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

export const nodeFiles: KindStep = {
  title: 'Prepare nodes',
  run: async ({ lab, exec }, report) => {
    const nodes = await kindNodes(exec, lab.name);
    await Promise.all(
      nodes.map(({ name }) => installUnit(execIn(exec, name), 'labctl-bpffs.service', bpffsUnit)),
    );
    report('bpffs mounted');
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
