#!/usr/bin/env -S npx tsx
/**
 * Builds images of Cilium's agent and generic operator from the source of a released version, under the names that its
 * chart asks for: for `up --cni cilium` and test/e2e/kind-cilium where no registry has them. The programs and the
 * datapath are Cilium's, compiled by this machine's go and by Debian's clang; there is no Envoy. Needs go, docker, 8 GB
 * of memory, and 10 to 20 minutes the first time.
 *
 *   tsx scripts/cilium-images.ts VERSION...
 */
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { $, argv, ProcessOutput } from 'zx';
import { makeDirectory } from '../src/core/make-directory.ts';
import { removeTree } from '../src/platform/fs.ts';
import { ciliumSource, requireCommands } from './lib/cilium-module.ts';

/** Program, its package, the build tags it needs beyond the common one, and the directory of the context. */
const programs = [
  ['cilium-agent', './daemon', '', 'programs'],
  ['cilium-cni', './plugins/cilium-cni', '', 'programs'],
  ['cilium-dbg', './cilium-dbg', '', 'programs'],
  ['cilium-health', './cilium-health', '', 'programs'],
  ['cilium-health-responder', './cilium-health/responder', '', 'programs'],
  ['cilium-mount', './tools/mount', '', 'programs'],
  ['cilium-sysctlfix', './tools/sysctlfix', '', 'programs'],
  ['hubble', './hubble', '', 'programs'],
  ['cilium-operator-generic', './operator', ',ipam_provider_operator', 'operator'],
] as const;

const scripts = [
  'images/cilium/init-container.sh',
  'plugins/cilium-cni/install-plugin.sh',
  'plugins/cilium-cni/cni-uninstall.sh',
];

try {
  const versions = argv._.map((version) => version.replace(/^v/, ''));
  if (versions.length === 0) throw new Error('which versions? tsx scripts/cilium-images.ts 1.18.0');
  requireCommands('go', 'docker');
  for (const version of versions) await build(version);
} catch (error) {
  console.error(error instanceof ProcessOutput ? error.stderr.trim() : (error as Error).message);
  process.exitCode = 1;
}

async function build(version: string): Promise<void> {
  const source = await ciliumSource(version);
  const context = await mkdtemp(join(tmpdir(), 'labctl-cilium-'));
  try {
    await compile(version, source, context);
    await cp(join(source, 'bpf'), join(context, 'bpf'), { recursive: true });
    makeDirectory(join(context, 'scripts'));
    for (const script of scripts)
      await cp(join(source, script), join(context, 'scripts', script.split('/').at(-1) ?? ''));
    const dockerfile = join(import.meta.dirname, 'cilium-images/Dockerfile');
    for (const name of ['cilium', 'operator-generic']) {
      const tag = `quay.io/cilium/${name}:v${version}`;
      await $`docker build --quiet --file ${dockerfile} --target ${name} --tag ${tag} ${context}`;
      console.log(tag);
    }
  } finally {
    await removeTree(context);
  }
}

/** As Cilium's own Makefile does, but that go takes modules from its cache in place of the vendored ones. */
async function compile(version: string, source: string, context: string): Promise<void> {
  const go = $({
    cwd: source,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod -buildvcs=false' },
  });
  const link = `-s -w -X github.com/cilium/cilium/pkg/version.ciliumVersion=${version}`;
  for (const [name, from, tags, to] of programs) {
    console.error(`${version}: ${name}`);
    const file = join(context, to, name);
    await go`go build -tags ${`osusergo${tags}`} -ldflags ${link} -o ${file} ${from}`;
  }
}
