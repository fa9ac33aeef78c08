import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A clone with nothing but the launcher, and a PATH with nothing but what a case puts there. */
let clone = '';
let bin = '';
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 't-launcher-'));
  bin = join(clone, 'bin');
  for (const folder of ['bin', 'scripts/lib', 'dist', 'src', 'profiles', 'node_modules/.bin']) {
    mkdirSync(join(clone, folder), { recursive: true });
  }
  for (const file of [
    'labctl',
    'scripts/lib/packages.sh',
    'scripts/lib/packages.table',
    'scripts/lib/setup.sh',
  ]) {
    copyFileSync(join(project, file), join(clone, file));
  }
  for (const file of ['package.json', 'package-lock.json', 'node_modules/.labctl-lock', 'scripts/build.ts']) {
    writeFileSync(join(clone, file), '');
  }
  program('node_modules/.bin/esbuild', '');
  program('bin/node', 'case $1 in --version) echo v20.19.0 ;; *) shift; echo "ran $*" ;; esac');
  for (const tool of ['uname', 'id', 'cmp', 'find', 'readlink', 'flock', 'mkdir', 'cp']) {
    symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
  }
  writeFileSync(join(clone, 'dist/cli.js'), '');
  writeFileSync(join(clone, 'dist/.built'), '');
});
afterEach(() => rmSync(clone, { recursive: true }));

function program(path: string, text: string): void {
  const file = join(clone, path);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

function labctl(args: readonly string[], options: { at?: string; env?: Record<string, string> } = {}) {
  const { status, stdout, stderr } = spawnSync('/bin/sh', [options.at ?? join(clone, 'labctl'), ...args], {
    encoding: 'utf8',
    cwd: '/',
    env: { PATH: bin, ...options.env },
  });
  return { status, stdout, stderr };
}

describe('launcher', () => {
  it('hands the words on and does nothing else when all is there', () => {
    expect(labctl(['list', '-o', 'json'])).toEqual({ status: 0, stdout: 'ran list -o json\n', stderr: '' });
  });

  it('works through a symbolic link', () => {
    const link = join(clone, 'bin/l');
    symlinkSync(join(clone, 'labctl'), link);
    expect(labctl(['list'], { at: link }).stdout).toBe('ran list\n');
  });

  it.each(['v18.20.1', 'v20.18.9'])('refuses Node %s with a clear message', (version) => {
    program('bin/node', `echo ${version}`);
    const { status, stderr } = labctl(['list']);
    expect(status).toBe(6);
    expect(stderr).toContain(`is ${version}; labctl needs Node >= 20.19`);
  });

  it('says when there is no Node', () => {
    rmSync(join(bin, 'node'));
    expect(labctl(['list'])).toMatchObject({ status: 6, stderr: expect.stringContaining('not installed') });
  });

  it.each([['--version'], ['--help'], ['up', '--help'], ['render'], ['list'], ['up', '--runtime', 'kind']])(
    'asks for no package for `%s %s`',
    (...args) => {
      expect(labctl(args.filter(Boolean)).stderr).toBe('');
    },
  );

  it.each([
    [['up', '--no-install'], {}],
    [['up'], { LABCTL_UP_NO_INSTALL: '1' }],
  ] as const)('names what lacks and refuses: %j %j', (args, env) => {
    const { status, stdout, stderr } = labctl(args, { env });
    expect(status).toBe(6);
    expect(stdout).toBe('');
    expect(stderr).toContain('error E_PACKAGES_MISSING: this machine lacks');
    expect(stderr).toMatch(/fix: .*\bclang\b.*\btcpdump\b/);
  });

  it('only tells with --dry-run', () => {
    const { status, stdout, stderr } = labctl(['up', '--dry-run']);
    expect(stderr).toContain('labctl: would install ');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'ran up --dry-run\n' });
  });

  it.each([
    ['apt-get', 'apt-get install'],
    ['dnf', 'dnf install'],
    ['apk', 'apk add'],
    ['pacman', 'pacman -S'],
  ])('names the command of %s', (manager, command) => {
    program(`bin/${manager}`, 'exit 1');
    expect(labctl(['up', '--no-install']).stderr).toContain(`fix: ${command} `);
  });
});

describe('shell scripts', () => {
  const files = ['labctl', 'scripts/test', '.ci/run', 'scripts/lib/packages.sh', 'scripts/lib/setup.sh'];

  it.each(files)('%s is POSIX shell', (file) => {
    expect(spawnSync('sh', ['-n', join(project, file)]).status).toBe(0);
  });

  it('shellcheck has nothing to say where it is installed', () => {
    const paths = files.map((file) => join(project, file));
    const { error, stdout } = spawnSync('shellcheck', ['-x', ...paths], { encoding: 'utf8', cwd: project });
    if (error === undefined) expect(stdout).toBe('');
    else expect('code' in error && error.code).toBe('ENOENT');
  }, 60_000);
});
