import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { AttachType, attachCgroup, loadProgram, ProgramType } from '../../bpf-sys/index.ts';
import { failure, messageOf } from '../../core/errors.ts';
import { cgroupRoot } from '../../platform/cgroup.ts';
import { redirectConnect } from './instructions.ts';

/** A loopback address on which nothing listens: it answers only when the kernel translates. */
const unreachable = '127.1.2.3';
const limitMs = 3000;

/** Joins a scratch cgroup whose connect4 program sends `unreachable` to loopback, and connects there. */
export async function translatedConnect(): Promise<string> {
  const root = cgroupRoot();
  const home = join(root, ownCgroup());
  const scratch = join(root, `labctl-probe-${process.pid}`);
  mkdirSync(scratch);
  const server = await listening();
  try {
    const instructions = redirectConnect(asKernelNumber(unreachable), asKernelNumber('127.0.0.1'));
    const program = loadProgram(
      ProgramType.cgroupSockAddr,
      'labctl_probe',
      instructions,
      AttachType.connect4,
    );
    const link = attachCgroup(program, scratch, 'connect4');
    program.close();
    try {
      joinCgroup(scratch);
      await connected(server.port);
    } finally {
      joinCgroup(home);
      link.close();
    }
    return `connect() to ${unreachable} reached 127.0.0.1 in ${scratch}`;
  } finally {
    server.server.close();
    rmdirSync(scratch);
  }
}

/** A process belongs to the cgroup whole, all threads of it. */
const joinCgroup = (cgroup: string): void => writeFileSync(join(cgroup, 'cgroup.procs'), String(process.pid));

function ownCgroup(): string {
  const line = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'));
  return line?.[1] ?? '/';
}

function listening(): Promise<{ readonly server: Server; readonly port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.end());
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve({ server, port: address.port });
    });
  });
}

function connected(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: unreachable, port });
    const fail = (why: string): void => {
      socket.destroy();
      reject(failure('E_PROBE', `connect() was not translated: ${why}`));
    };
    socket.setTimeout(limitMs, () => fail('no answer'));
    socket.once('error', (error) => fail(messageOf(error)));
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}

/** The address's bytes in memory order, read as this machine reads a number. */
const asKernelNumber = (address: string): number => Buffer.from(address.split('.').map(Number)).readInt32LE();
