import { environmentError, failure, messageOf } from '../core/errors.ts';
import type { Exec, ExecResult } from '../core/exec.ts';

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** As it was named when the container was made. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** IPv4 address by network name. */
  readonly addresses: Readonly<Record<string, string>>;
}

export interface ImageBuild {
  readonly context: string;
  /** The Dockerfile. */
  readonly file: string;
  readonly target: string;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerRun {
  readonly name: string;
  readonly image: string;
  readonly network: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  /** Sees all processes of the machine and may enter their namespaces. */
  readonly entersOthers?: boolean;
}

const buildLimitMs = 900_000;
const saveLimitMs = 300_000;
const removeLimitMs = 120_000;

/** Whether the engine answers; E_DOCKER (exit 6) with the engine's own words where it does not. */
export async function requireDocker(exec: Exec): Promise<string> {
  try {
    const { stdout } = await exec('docker', ['version', '--format', '{{.Server.Version}}']);
    return stdout.trim();
  } catch (cause) {
    throw environmentError('E_DOCKER', `no container engine answers: ${messageOf(cause)}`, {
      cause,
      fix: 'start Docker (systemctl start docker), or use --runtime netns',
    });
  }
}

/** Containers that carry all of the labels (`name=value`), running or not. */
export async function listContainers(exec: Exec, labels: readonly string[]): Promise<Container[]> {
  const filters = labels.flatMap((label) => ['--filter', `label=${label}`]);
  const { stdout } = await exec('docker', ['ps', '--all', '--quiet', '--no-trunc', ...filters]);
  const ids = stdout.split('\n').filter(Boolean);
  if (ids.length === 0) return [];
  const inspected = await inspectPresent(exec, ids);
  return (JSON.parse(inspected.stdout) as InspectedContainer[])
    .map(containerOf)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Containers of others may go between list and question: docker answers for the rest, and says exit code 1. */
async function inspectPresent(exec: Exec, ids: readonly string[]): Promise<ExecResult> {
  const inspected = await exec('docker', ['container', 'inspect', ...ids], { allowFailure: true });
  const said = inspected.stderr.split('\n').filter(Boolean);
  if (inspected.exitCode === 0 || said.every((line) => line.includes('No such container'))) return inspected;
  throw failure('E_COMMAND', `docker container inspect: exit code ${inspected.exitCode}\n${said.join('\n')}`);
}

interface InspectedContainer {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Status: string };
  readonly Config: { readonly Image: string; readonly Labels: Readonly<Record<string, string>> | null };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
  };
}

const containerOf = (found: InspectedContainer): Container => ({
  id: found.Id,
  name: found.Name.slice(1),
  state: found.State.Status,
  image: found.Config.Image,
  labels: found.Config.Labels ?? {},
  addresses: Object.fromEntries(
    Object.entries(found.NetworkSettings.Networks).map(([name, { IPAddress }]) => [name, IPAddress]),
  ),
});

const entering = [
  ...['--pid', 'host', '--cap-add', 'SYS_ADMIN', '--cap-add', 'SYS_PTRACE'],
  ...['--security-opt', 'apparmor=unconfined'],
];

export async function runContainer(exec: Exec, run: ContainerRun): Promise<void> {
  const pairs = (flag: string, values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const [entrypoint, ...args] = run.command ?? [];
  await exec('docker', [
    ...['run', '--detach', '--init', '--name', run.name, '--network', run.network, '--pull', 'never'],
    ...['--cap-add', 'NET_ADMIN', ...(run.entersOthers === true ? entering : [])],
    ...pairs('--label', run.labels),
    ...pairs('--env', run.env),
    ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
    run.image,
    ...args,
  ]);
}

export async function removeContainers(exec: Exec, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await exec('docker', ['rm', '--force', '--volumes', ...ids], { timeoutMs: removeLimitMs });
}

export async function hasNetwork(exec: Exec, name: string): Promise<boolean> {
  const { stdout } = await exec('docker', ['network', 'ls', '--format', '{{.Name}}']);
  return stdout.split('\n').includes(name);
}

/** Removes a network that no container uses, running or not. */
export async function removeUnusedNetwork(exec: Exec, name: string): Promise<void> {
  const users = await exec('docker', ['ps', '--all', '--quiet', '--filter', `network=${name}`]);
  if (users.stdout.trim() === '' && (await hasNetwork(exec, name)))
    await exec('docker', ['network', 'rm', name]);
}

/** The Exec port inside a container. Nothing of the caller's environment goes with it but what `env` names. */
export const execIn =
  (exec: Exec, container: string): Exec =>
  (file, args, { env, cwd, ...options } = {}): Promise<ExecResult> => {
    const words = Object.entries(env ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const at = cwd === undefined ? [] : ['--workdir', cwd];
    return exec('docker', ['exec', '--interactive', ...words, ...at, container, file, ...args], options);
  };

/** The id of a local image, or undefined where there is none by that reference. */
export async function imageId(exec: Exec, reference: string): Promise<string | undefined> {
  const { stdout, exitCode } = await exec(
    'docker',
    ['image', 'ls', '--quiet', '--no-trunc', '--filter', `reference=${reference}`],
    {},
  );
  return exitCode === 0 ? stdout.split('\n').find(Boolean) : undefined;
}

/** References of local images that carry a label. */
export async function imagesWithLabel(exec: Exec, label: string): Promise<string[]> {
  const { stdout } = await exec('docker', [
    ...['image', 'ls', '--filter', `label=${label}`, '--format', '{{.Repository}}:{{.Tag}}'],
  ]);
  return stdout.split('\n').filter((line) => line !== '' && !line.includes('<none>'));
}

export async function buildImage(exec: Exec, build: ImageBuild, signal?: AbortSignal): Promise<void> {
  const labels = Object.entries(build.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
  await exec(
    'docker',
    [
      ...['build', '--quiet', '--file', build.file, '--target', build.target],
      ...['--tag', build.tag, ...labels, build.context],
    ],
    { timeoutMs: buildLimitMs, ...(signal === undefined ? {} : { signal }) },
  );
}

export async function saveImages(exec: Exec, references: readonly string[], file: string): Promise<void> {
  await exec('docker', ['image', 'save', '--output', file, ...references], { timeoutMs: saveLimitMs });
}

/** Takes an archive of images into the local engine. */
export async function loadIntoEngine(exec: Exec, archive: string, signal: AbortSignal): Promise<void> {
  await exec('docker', ['image', 'load', '--quiet', '--input', archive], { timeoutMs: saveLimitMs, signal });
}

const pushLimitMs = 900_000;

/** Pushes an image to the registry that its name begins with, as whoever docker is logged in there. */
export async function pushImage(exec: Exec, reference: string, signal: AbortSignal): Promise<void> {
  await exec('docker', ['image', 'push', '--quiet', reference], { timeoutMs: pushLimitMs, signal });
}

/** Removes tags. What they were built on stays in the engine's build cache: the next build takes seconds. */
export async function removeImages(exec: Exec, references: readonly string[]): Promise<void> {
  if (references.length === 0) return;
  const { exitCode, stderr } = await exec('docker', ['image', 'rm', '--no-prune', ...references], {
    timeoutMs: removeLimitMs,
    allowFailure: true,
  });
  // Containers of another user's lab run from the same image: it is theirs to remove.
  const said = stderr
    .split('\n')
    .filter((line) => line !== '' && !line.includes('is using its referenced image'));
  if (exitCode === 0 || said.length === 0) return;
  throw failure('E_COMMAND', `docker image rm: exit code ${exitCode}\n${said.join('\n')}`);
}

/** Loads an archive into the containerd of a node, under the names that the kubelet asks for. */
export async function loadArchive(exec: Exec, node: string, archive: string): Promise<void> {
  // The stream is the shell's business: an archive does not fit into a string.
  const script =
    'exec docker exec --interactive "$1" ctr --namespace k8s.io images import --digests - < "$2"';
  await exec('/bin/sh', ['-c', script, 'sh', node, archive], { timeoutMs: saveLimitMs });
}
