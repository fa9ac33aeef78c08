import type { Exec } from '../../../core/exec.ts';
import { execIn } from '../../../platform/docker.ts';
import { kindNodes } from '../../../platform/kind.ts';
import type { ClusterUp, KindStep } from '../context.ts';

/**
 * A kind node has no bpffs, and only a privileged pod could mount one. A unit does it at every start
 * of the node, and `up` whenever it is missing; systemd refuses a .mount unit for this place.
 */
const bpffsUnit = `[Unit]
Description=BPF file system of labctl
DefaultDependencies=no
Before=kubelet.service containerd.service
ConditionPathIsMountPoint=!/sys/fs/bpf

[Service]
Type=oneshot
ExecStart=/bin/mount -t bpf -o mode=0700 bpf /sys/fs/bpf

[Install]
WantedBy=multi-user.target
`;

/** Line of a script: the address by which the cluster knows a node, as `$address`. */
export const takeAddress = String.raw`address=$(ip -4 -o address show dev eth0 scope global | sed -n 's|.* inet \([0-9.]*\)/.*|\1|p' | head -n 1)`;

/** `docker restart` may give a node another address, which its kubelet was told when it joined. */
const addressScript = `flags=/var/lib/kubelet/kubeadm-flags.env
${takeAddress}
[ -z "$address" ] || sed -i "s|--node-ip=[0-9.]*|--node-ip=$address|" "$flags"
`;
const addressPath = '/usr/local/sbin/labctl-node-address';
const addressUnit = unitOf(addressPath, "The node's own address for its kubelet, by labctl", [
  'ConditionPathExists=/var/lib/kubelet/kubeadm-flags.env',
]);

/** A unit that runs a script at every start of the node, before the kubelet. */
export function unitOf(path: string, description: string, conditions: readonly string[] = []): string {
  return `[Unit]
Description=${description}
DefaultDependencies=no
${['Before=kubelet.service', ...conditions].join('\n')}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -eu ${path}

[Install]
WantedBy=multi-user.target
`;
}

export const nodeFiles: KindStep<ClusterUp> = {
  title: 'Prepare nodes',
  run: async ({ lab, exec }, report) => {
    const nodes = await kindNodes(exec, lab.name);
    await Promise.all(
      nodes.map(async ({ name }) => {
        const files = { [addressPath]: addressScript };
        await installUnits(
          execIn(exec, name),
          { 'labctl-bpffs.service': bpffsUnit, 'labctl-node-address.service': addressUnit },
          files,
        );
      }),
    );
    report('bpffs mounted, the address kept in step');
  },
};

/** Pairs of path and text, then `--` and the units. Enabling makes systemd read units anew; one that was changed starts again. */
const installScript = `act=start
while [ "$1" != -- ]; do
  if [ "$(cat "$1" 2>/dev/null)" != "$2" ]; then
    printf '%s\\n' "$2" > "$1.new"
    mv "$1.new" "$1"
    act=restart
  fi
  shift 2
done
shift
systemctl enable --quiet "$@"
systemctl "$act" "$@"`;

/** Writes units and has them running now and after every start of the node: by one command, as each costs time. */
export async function installUnits(
  node: Exec,
  units: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): Promise<void> {
  const unitFiles = Object.entries(units).map(([name, text]) => [`/etc/systemd/system/${name}`, text]);
  const pairs = [...Object.entries(files), ...unitFiles].flatMap(([path = '', text = '']) => [
    path,
    text.trimEnd(),
  ]);
  await node('/bin/sh', ['-euc', installScript, 'sh', ...pairs, '--', ...Object.keys(units)]);
}
