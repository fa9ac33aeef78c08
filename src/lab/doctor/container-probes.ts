import { existsSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { messageOf } from '../../core/errors.ts';
import { type Probe, type ProbeContext, type Seen, trying } from './probe.ts';

/** The image that nodes are made of: where it is, a node can be tried out. */
const nodeImage = 'kindest/node:v1.34.4';
const oldestApi: readonly [number, number] = [1, 40];
/** Room for the node image, two images of ours and three nodes that unpack them. */
const wantedBytes = 6 * 1024 ** 3;
/** Fewer than the kernel's own defaults, and kubelets of three nodes fail to watch their files. */
const wantedInotify = { max_user_instances: 128, max_user_watches: 65_536 };

/** What real clusters need; neither root, clang nor libbpf is among it. */
export const containerProbes: readonly Probe[] = [
  {
    id: 'container.engine',
    title: 'a container engine answers',
    need: "kind's nodes are containers",
    runtimes: ['kind'],
    run: engineAnswers,
    fix: 'install Docker, and start it: https://docs.docker.com/engine/install; without root, be in its group',
  },
  {
    id: 'container.node',
    title: 'a node mounts bpffs and has a cgroup v2 of its own',
    need: 'the datapath is pinned there, and socket LB attached, beside other nodes of the machine',
    runtimes: ['kind'],
    run: nodeMounts,
    fix: 'the engine must allow --privileged and private cgroup namespaces, on a kernel with BPF and cgroup v2',
  },
  {
    id: 'container.inotify',
    title: 'files can be watched by three kubelets',
    need: 'kubelets and containerd end with "too many open files" where inotify runs out',
    runtimes: ['kind'],
    run: watchesFiles,
    fix: 'sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288',
  },
  {
    id: 'container.port',
    title: 'a port of the loopback is free',
    need: 'the API server of a kind cluster is published on one',
    runtimes: ['kind'],
    run: freePort,
    fix: 'ss -ltn shows who listens; ip link set dev lo up where there is no loopback',
  },
  {
    id: 'container.disk',
    title: 'the engine has room for images and nodes',
    need: 'nodes unpack images of 1 GB and more, each its own copy',
    runtimes: ['kind'],
    run: engineRoom,
    fix: 'docker system df shows what takes the room; docker system prune frees what nobody uses',
  },
  {
    id: 'container.kind',
    title: 'kind',
    need: 'it makes the cluster',
    runtimes: ['kind'],
    run: trying('kind', ['version', '-q']),
    fix: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
  },
  {
    id: 'container.helm',
    title: 'helm',
    need: 'the datapath is installed by a chart',
    runtimes: ['kind', 'existing'],
    run: trying('helm', ['version', '--template', '{{.Version}}']),
    fix: 'https://helm.sh/docs/intro/install',
  },
  {
    id: 'container.kubectl',
    title: 'kubectl',
    need: 'manifests are applied with it',
    runtimes: ['kind', 'existing'],
    run: trying('kubectl', ['version', '--client']),
    fix: 'https://kubernetes.io/docs/tasks/tools',
  },
];

async function engineAnswers(context: ProbeContext): Promise<Seen> {
  const seen = await trying('docker', [
    ...['version', '--format', '{{.Server.Version}}, API {{.Server.APIVersion}}'],
  ])(context);
  const [major = 0, minor = 0] = (/API (\d+)\.(\d+)/.exec(seen.saw) ?? []).slice(1).map(Number);
  if (!seen.ok || major > oldestApi[0] || (major === oldestApi[0] && minor >= oldestApi[1])) return seen;
  return { ok: false, saw: seen.saw, fix: `update Docker: kind needs API ${oldestApi.join('.')} or newer` };
}

/** As kind runs a node; cgroup v2 is at its place or, beside version 1, can be mounted. */
const nodeScript = `mount -t bpf bpf /sys/fs/bpf
mkdir -p /run/cgroup2
mount -t cgroup2 none /run/cgroup2
echo "bpffs, cgroup v2, kernel $(uname -r)"`;

async function nodeMounts(context: ProbeContext): Promise<Seen> {
  const { exitCode } = await context.exec('docker', ['image', 'inspect', '--format', '{{.Id}}', nodeImage], {
    allowFailure: true,
  });
  if (exitCode !== 0) return { ok: true, saw: `not tried: ${nodeImage} is not here yet, up pulls it` };
  return await trying('docker', [
    ...['run', '--rm', '--pull', 'never', '--privileged', '--cgroupns', 'private', '--network', 'none'],
    ...['--entrypoint', '/bin/sh', nodeImage, '-euc', nodeScript],
  ])(context);
}

async function watchesFiles(): Promise<Seen> {
  const found = await Promise.all(
    Object.entries(wantedInotify).map(async ([name, wanted]) => {
      const value = Number(await readFile(`/proc/sys/fs/inotify/${name}`, 'utf8'));
      return { text: `${name} ${value}`, isEnough: value >= wanted };
    }),
  );
  return { ok: found.every(({ isEnough }) => isEnough), saw: found.map(({ text }) => text).join(', ') };
}

function freePort(): Promise<Seen> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve({ ok: false, saw: messageOf(error) }));
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const saw = typeof address === 'object' ? `${address?.address}:${address?.port}` : 'one';
      server.close(() => resolve({ ok: true, saw }));
    });
  });
}

async function engineRoom({ exec }: ProbeContext): Promise<Seen> {
  const { stdout, exitCode, stderr } = await exec('docker', ['info', '--format', '{{.DockerRootDir}}'], {
    allowFailure: true,
  });
  const place = stdout.trim();
  if (exitCode !== 0 || place === '') return { ok: false, saw: stderr.trim() || 'the engine does not say' };
  if (!existsSync(place)) return { ok: true, saw: `${place}, on the machine of the engine` };
  const { bavail, bsize } = await statfs(place);
  const gigabytes = ((bavail * bsize) / 1024 ** 3).toFixed(1);
  return { ok: bavail * bsize >= wantedBytes, saw: `${gigabytes} GB free at ${place}` };
}
