#!/usr/bin/env -S npx tsx
/**
 * How long `up` takes on kind beside the same made by hand (lib/kind-by-hand.sh): pairs, whose order alternates,
 * as other work on the machine slows both. Images are built before, and stay; exit code 1 when `up` takes too long.
 *
 *   tsx scripts/kind-pairs.ts [--pairs 3] [--steps]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { $, argv, type ProcessOutput } from 'zx';

/** `up` also brings tools, hosts outside and the user's kubeconfig: that may cost so much. */
const goal = 1.1;
const lab = 'kind-pairs';
const keptBy = 'labctl-pairs';
const root = join(import.meta.dirname, '..');
const pairs = Number(argv.pairs ?? 3);

const work = mkdtempSync(join(tmpdir(), 'labctl-pairs-'));
const env = { ...process.env, KUBECONFIG: join(work, 'kubeconfig'), LABCTL_STATE_DIR: join(work, 'state') };
const own = $({ cwd: root, env, quiet: true });

type Way = (images: Images) => Promise<number>;
interface Images {
  readonly agent: string;
  readonly demo: string;
}

const byLabctl: Way = async (images) => {
  // `down` of the run before took the tags along.
  for (const image of Object.values(images)) await own`docker image tag ${kept(image)} ${image}`;
  try {
    return await secondsOf(async () => {
      tell(await own`./labctl up --runtime kind --profile ebpf --name ${lab} --no-verify`);
    });
  } finally {
    await own`./labctl down --name ${lab}`;
  }
};

const byHand: Way = async ({ agent, demo }) => {
  for (const image of [agent, demo]) await own`docker image tag ${kept(image)} ${image}`;
  try {
    return await secondsOf(async () => {
      tell(await own`scripts/lib/kind-by-hand.sh ${lab} ${work}/rendered ${agent} ${demo}`);
    });
  } finally {
    await own`kind delete cluster --name ${lab} --quiet`;
  }
};

const images = await builtImages();
try {
  await own`./labctl render --runtime kind --profile ebpf --name ${lab} --dir ${work}/rendered`;
  console.log(`${cpus().length} CPUs, load ${loadavg()[0]?.toFixed(2)} before the first pair`);
  const up: number[] = [];
  const hand: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const ways: readonly (readonly [Way, number[]])[] = [
      [byLabctl, up],
      [byHand, hand],
    ];
    for (const [way, figures] of pair % 2 === 0 ? ways : ways.toReversed()) figures.push(await way(images));
    console.log(`pair ${pair + 1}: labctl up ${show(up.at(-1))}, by hand ${show(hand.at(-1))}`);
  }
  const ratio = median(up) / median(hand);
  console.log(`medians: labctl up ${show(median(up))}, by hand ${show(median(hand))}`);
  console.log(`ratio ${ratio.toFixed(3)}, at most ${goal.toFixed(2)} wanted`);
  process.exitCode = ratio <= goal ? 0 : 1;
} finally {
  // Labs of others may have them too: they stay, as `load image --save` left them.
  for (const image of Object.values(images)) {
    await own`docker image tag ${kept(image)} ${image}`;
    await own`docker image rm --no-prune ${kept(image)}`;
  }
  rmSync(work, { recursive: true });
}

/** The lab's images, under a second name too: no `down`, of this lab or another, takes that along. */
async function builtImages(): Promise<Images> {
  const archive = join(work, 'images.tar');
  const { stdout } = await own`./labctl load image --save ${archive} -o json`;
  const { images } = JSON.parse(stdout) as { readonly images: readonly string[] };
  const [agent, demo] = images;
  if (agent === undefined || demo === undefined) throw new Error(`labctl has no two images: ${stdout}`);
  for (const image of images) await own`docker image tag ${image} ${kept(image)}`;
  rmSync(archive);
  return { agent, demo };
}

function kept(image: string): string {
  return image.replace(/^[^/]*/, keptBy);
}

function tell({ stderr }: ProcessOutput): void {
  if (argv.steps) console.log(stderr.trimEnd());
}

async function secondsOf(act: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await act();
  return (performance.now() - before) / 1000;
}

function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function show(seconds: number | undefined): string {
  return `${seconds?.toFixed(1)} s`;
}
