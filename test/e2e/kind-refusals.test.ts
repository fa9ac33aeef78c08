import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { labPaths } from '../../src/core/paths.ts';
import { projectRoot } from '../../src/platform/fs.ts';
import { type CliResult, labctlWith, placeOf, run, sh } from './support/cli.ts';
import { type DockerInventory, dockerInventory, removeContainer } from './support/docker.ts';
import { describeOnKind } from './support/kind.ts';

const lab = 't-kind-refused';
const limitMs = 300_000;
const nodeImage = 'kindest/node:v1.34.4';

let directory: string;
let kubeconfig: string;
type Env = Readonly<Record<string, string>>;
const labctl = (env: Env, ...args: readonly string[]): Promise<CliResult> =>
  labctlWith({ env: { KUBECONFIG: kubeconfig, ...env }, limitMs }, ...args);

/** `up` of a lab of one node, which kind is told this of. */
async function up(env: Env = {}, node: object = {}): Promise<CliResult> {
  return await labctl(env, ...(await upWords(node)));
}

async function upWords(node: object = {}): Promise<string[]> {
  const file = join(directory, 'lab.json');
  const nodes = [{ role: 'control-plane', image: nodeImage, ...node }];
  const document = {
    apiVersion: 'labctl.dev/v1alpha1',
    kind: 'Lab',
    metadata: { name: lab },
    spec: { nodes: { workers: 0 }, kind: { patch: { nodes } } },
  };
  await writeFile(file, JSON.stringify(document));
  return ['up', '--runtime', 'kind', '-f', file, '--no-verify'];
}

/** One error with its fix, and the machine as it was; images that were there may have gone with the lab. */
async function refused(
  act: () => Promise<CliResult>,
  exit: number,
  ...words: readonly RegExp[]
): Promise<void> {
  const before = await own();
  const { code, stderr } = await act();
  expect(code, stderr).toBe(exit);
  for (const word of words) expect(stderr).toMatch(word);
  expect(stderr.match(/^ *error E_/gm)).toHaveLength(1);
  expect(stderr).toMatch(/^ +fix: \S/m);
  const after = await own();
  expect({ ...after, tags: [] }).toEqual({ ...before, tags: [] });
  expect(after.tags.filter((tag) => !before.tags.includes(tag))).toEqual([]);
  expect(existsSync(labPaths(lab).state)).toBe(false);
  expect(existsSync(labPaths(lab).run)).toBe(false);
  expect(existsSync(kubeconfig)).toBe(false);
}

/** Other clusters of the machine may come and go meanwhile. */
async function own(): Promise<DockerInventory> {
  const { containers, ...rest } = await dockerInventory();
  return { ...rest, containers: containers.filter((each) => each.includes(lab)) };
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'labctl-refusals-'));
  kubeconfig = join(directory, 'kubeconfig');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describeOnKind("a cluster of somebody else's by the lab's name", () => {
  const foreign = `${lab}-control-plane`;
  beforeAll(async () => {
    const labels = ['--label', `io.x-k8s.kind.cluster=${lab}`, '--label', 'io.x-k8s.kind.role=control-plane'];
    await sh(
      'docker',
      ...['run', '--detach', '--name', foreign, ...labels, '--entrypoint', 'sleep', nodeImage, '600'],
    );
  });
  afterAll(() => removeContainer(foreign));

  it('is refused by up', () => refused(() => up(), 7, /E_FOREIGN_CLUSTER/, /choose another --name/));

  it('is nothing that down finds', async () => {
    const before = await own();
    expect((await labctl({}, 'down', '--name', lab)).code).toBe(0);
    expect(await own()).toEqual(before);
  });
});

describeOnKind('a machine that cannot', () => {
  it('has an engine that does not answer', () =>
    refused(() => up({ DOCKER_HOST: 'unix:///nonexistent.sock' }), 6, /E_DOCKER/, /systemctl start docker/));

  it('lacks kind', async () => {
    const bin = join(directory, 'without-kind');
    await mkdir(bin);
    for (const tool of ['docker', 'helm', 'kubectl']) await symlink(placeOf(tool), join(bin, tool));
    await refused(() => up({ PATH: bin }), 6, /E_PREFLIGHT: runtime kind needs kind\n/, /install kind/);
  });

  it('cannot get the image of the nodes', () =>
    refused(
      () => up({}, { image: 'localhost:1/nobody/node:v0' }),
      6,
      /E_IMAGE_PULL: localhost:1\/nobody\/node:v0 is not here and cannot be pulled: .*refused/,
    ));

  it("cannot get what labctl's own images are built on", async () => {
    const clone = join(directory, 'clone');
    await mkdir(clone);
    for (const name of ['package.json', 'bpf', 'cni', 'node_modules', 'profiles']) {
      await symlink(join(projectRoot(), name), join(clone, name));
    }
    for (const name of ['dist', 'templates']) {
      await cp(join(projectRoot(), name), join(clone, name), { recursive: true });
    }
    const dockerfile = join(clone, 'templates/image/agent.Dockerfile');
    const text = await readFile(dockerfile, 'utf8');
    await writeFile(
      dockerfile,
      text.replace(/^FROM \S+ AS base$/m, 'FROM localhost:1/nobody/base:v0 AS base'),
    );
    const words = [join(clone, 'dist/cli.js'), ...(await upWords())];
    await refused(
      () => run(process.execPath, words, { env: { KUBECONFIG: kubeconfig }, limitMs }),
      6,
      /E_IMAGE_PULL: localhost:1\/nobody\/base:v0 is not here and cannot be pulled: .*refused/,
      /docker load --input/,
    );
  });

  it("has somebody at the node's port", async () => {
    const server = await listen();
    try {
      const address = server.address();
      const hostPort = typeof address === 'object' ? address?.port : undefined;
      const mapping = { containerPort: 80, hostPort, listenAddress: '127.0.0.1' };
      await refused(
        () => up({}, { extraPortMappings: [mapping] }),
        7,
        new RegExp(`E_PORT_TAKEN: 127\\.0\\.0\\.1:${hostPort} is in use`),
      );
    } finally {
      server.close();
    }
  });

  it.each([
    ['at the first word', 0],
    ['when the cluster is to be written down', 3],
  ])('has a full disk %s', async (_, freePages) => {
    const state = join(directory, 'state');
    await mkdir(state, { recursive: true });
    await sh('mount', '-t', 'tmpfs', '-o', 'size=256k', 'labctl-refusals', state);
    try {
      await fill(state, freePages);
      await refused(() => up({ LABCTL_STATE_DIR: state }), 6, /E_NO_SPACE: .*no space is left/);
      expect((await readdir(state, { recursive: true })).filter((name) => name !== '.evidence')).toEqual([
        'filling',
      ]);
    } finally {
      await sh('umount', state);
    }
  });

  it('has an engine whose disk is full', async () => {
    const bin = join(directory, 'full');
    await mkdir(bin);
    const docker = join(bin, 'docker');
    const answer = 'docker: Error response from daemon: mkdir /var/lib/docker/x: no space left on device';
    await writeFile(
      docker,
      `#!/bin/sh\n[ "$1" != run ] || { echo '${answer}' >&2; exit 125; }\nexec ${placeOf('docker')} "$@"\n`,
    );
    await chmod(docker, 0o755);
    const path = [bin, process.env.PATH].join(delimiter);
    await refused(() => up({ PATH: path }), 6, /E_NO_SPACE: the container engine/, /docker system prune/);
  });
});

/** Takes all but so many pages. */
async function fill(place: string, freePages: number): Promise<void> {
  const all = Number((await sh('stat', '--file-system', '--format', '%a', place)).trim());
  await writeFile(join(place, 'filling'), Buffer.alloc((all - freePages) * 4096));
}

const listen = (): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
