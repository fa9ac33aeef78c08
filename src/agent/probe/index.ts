import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  attachClsact,
  attachTcx,
  clsactFilters,
  createMap,
  ifindexOf,
  inNewNamespace,
  loadProgram,
  MapType,
  mountBpffs,
  netnsCookie,
  openMap,
  ProgramType,
  tcxPrograms,
  testRun,
  unmountBpffs,
} from '../../bpf-sys/index.ts';
import { failure, LabError, messageOf } from '../../core/errors.ts';
import { translatedConnect } from './connect.ts';
import { answer } from './instructions.ts';

/** One thing that the agent needs of this machine, and what trying it showed. */
export interface ProbeRow {
  readonly what: string;
  readonly ok: boolean;
  readonly saw: string;
  readonly fix?: string;
}

interface Probe {
  readonly what: string;
  /** Answers what it saw; throws where it does not work. */
  readonly run: () => string | Promise<string>;
  readonly fix: string;
  /** Labs work without it. */
  readonly optional?: boolean;
}

const asRoot = 'run as root; a container needs CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN (--privileged)';

const probes: readonly Probe[] = [
  { what: 'a program loads and runs', run: loadsAndRuns, fix: `apt-get install libbpf1; ${asRoot}` },
  { what: 'a BPF file system holds pins', run: pins, fix: asRoot },
  { what: 'tables take batches', run: batches, fix: 'use kernel 5.10 or later' },
  {
    what: 'a clsact filter is attached',
    run: clsact,
    fix: 'load the kernel modules sch_ingress and cls_bpf',
  },
  {
    what: 'a TCX link is attached',
    run: tcx,
    fix: 'kernel 6.6 or later; without it labctl uses clsact',
    optional: true,
  },
  { what: 'namespaces have cookies', run: cookies, fix: 'use kernel 5.14 or later' },
  {
    what: 'connect() is translated in a cgroup',
    run: translatedConnect,
    fix: 'mount cgroup v2, with CONFIG_CGROUP_BPF',
  },
];

/** Tries everything that the agent needs of the kernel. Leaves the machine as it was. */
export async function probe(): Promise<readonly ProbeRow[]> {
  const rows: ProbeRow[] = [];
  for (const each of probes) rows.push(await tried(each));
  return rows;
}

async function tried({ what, run, fix, optional = false }: Probe): Promise<ProbeRow> {
  try {
    return { what, ok: true, saw: await run() };
  } catch (error) {
    const advice = error instanceof LabError && error.fix !== undefined ? error.fix : fix;
    return { what, ok: optional, saw: messageOf(error), fix: advice };
  }
}

const tinyProgram = (verdict: number): ReturnType<typeof loadProgram> =>
  loadProgram(ProgramType.schedCls, 'labctl_probe', answer(verdict));

function loadsAndRuns(): string {
  const program = tinyProgram(42);
  try {
    const { verdict } = testRun(program, Buffer.alloc(64));
    if (verdict !== 42) throw failure('E_PROBE', `the program answered ${verdict}, not 42`);
    return `program ${program.info.id} answered as written`;
  } finally {
    program.close();
  }
}

function pins(): string {
  const directory = mkdtempSync(join(tmpdir(), 'labctl-probe-'));
  try {
    mountBpffs(directory);
    const map = createMap(MapType.hash, 'labctl_probe', 4, 4, 1);
    map.pin(join(directory, 'map'));
    const { id } = map;
    map.close();
    const again = openMap(join(directory, 'map'));
    again.close();
    return `map ${id} came back as ${again.id} from its pin`;
  } finally {
    unmountBpffs(directory);
    rmdirSync(directory);
  }
}

function batches(): string {
  const map = createMap(MapType.hash, 'labctl_probe', 4, 4, 8);
  try {
    map.updateBatch(Buffer.from([1, 0, 0, 0, 2, 0, 0, 0]), Buffer.alloc(8));
    const { count } = map.dump();
    if (count !== 2) throw failure('E_PROBE', `${count} entries read of 2 written`);
    return `${count} entries written and read`;
  } finally {
    map.close();
  }
}

function clsact(): string {
  return onLoopback((program, ifindex) => {
    attachClsact(program, ifindex, 'ingress', { priority: 1, handle: 1 });
    return clsactFilters(ifindex, 'ingress').map(({ programId }) => programId);
  });
}

function tcx(): string {
  return onLoopback((program, ifindex) => {
    const link = attachTcx(program, ifindex, 'ingress');
    const ids = tcxPrograms(ifindex, 'ingress');
    link.close();
    return ids;
  });
}

/** Attaches in a namespace of its own, so that no packet of this machine meets the program. */
function onLoopback(
  attach: (program: ReturnType<typeof loadProgram>, ifindex: number) => readonly number[],
): string {
  const program = tinyProgram(-1);
  try {
    const ids = inNewNamespace(() => attach(program, ifindexOf('lo') ?? 1));
    if (!ids.includes(program.info.id))
      throw failure('E_PROBE', `attached, but the hook names ${ids.join(' ') || 'none'}`);
    return `program ${program.info.id} on a loopback device`;
  } finally {
    program.close();
  }
}

function cookies(): string {
  return `this one has ${netnsCookie()}`;
}
