import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../../src/lab/open.ts';
import type { NetnsRuntime } from '../../src/runtime/netns/index.ts';
import { apply } from './support/apply.ts';
import { labctl } from './support/cli.ts';
import { downLab, type LiveLab, profiles, upLab } from './support/lab.ts';
import { bundle, type Program } from './support/resident.ts';
import { killAgents, restartAgents, runningAgents } from './survival/agents.ts';
import { detachEverything, pullCable } from './survival/cuts.ts';
import { placesOf, type Scene, type StreamPlace, sceneOf, streamService } from './survival/places.ts';
import { startTraffic, streamsAPlace, type Traffic, tell } from './survival/traffic.ts';

const aliveMs = 1000;
const deadMs = 5000;
const cutMs = 2000;
/** Flows are collected every 10 s; a NAT entry that seems to have no owner goes at the second time. */
const collectedTwiceMs = 21_000;
const settledMs = 3000;

let program: Program;
beforeAll(async () => {
  program = await bundle(new URL('./survival/stream-client.ts', import.meta.url));
});

describe.each(profiles)('%s', (profile) => {
  describe.each(['tcx', 'clsact'] as const)('%s', (attach) => {
    const lab = `survive-${profile}-${attach}`;
    afterAll(() => labctl('down', '--name', lab));

    it('keeps 200 connections and takes new ones while all agents are dead and after their restart', async () => {
      const { runtime, places, traffic } = await labWithTraffic(lab, profile, attach);
      await sleep(aliveMs);
      await killAgents(runtime);
      const killed = await traffic.look();
      await sleep(deadMs);
      expect(await runningAgents(runtime)).toEqual([]);
      const dead = await traffic.look();
      await restartAgents(runtime);
      await sleep(profile !== 'kube-proxy' && attach === 'tcx' ? collectedTwiceMs : settledMs);
      const reports = await traffic.finish();
      tell(`${profile} ${attach}`, reports);

      for (const { title, seen } of places) {
        const report = reports[title];
        expect(report.seen, title).toEqual([seen]);
        expect(report.losses, title).toEqual({});
        expect(report.fresh.failures, title).toEqual({});
        expect(report, title).toMatchObject({ opened: streamsAPlace, lost: 0, echoed: report.sent });
        expect(dead[title].echoed - killed[title].echoed, `${title}: numbers while dead`).toBeGreaterThan(
          streamsAPlace * 5,
        );
        expect(
          dead[title].fresh.succeeded - killed[title].fresh.succeeded,
          `${title}: new while dead`,
        ).toBeGreaterThan(5);
      }
      await downLab(lab);
    });
  });
});

describe('a cut datapath', () => {
  const lab = 'survive-cut';
  afterAll(() => labctl('down', '--name', lab));

  it('is seen: detached programs by what they serve, a pulled cable by the rest', async () => {
    const { live, runtime, scene, traffic } = await labWithTraffic(lab, 'ebpf', 'tcx');
    await runtime.stopController();
    await detachEverything(live);
    await sleep(cutMs);
    const detached = await traffic.look();
    await pullCable(scene);
    await sleep(cutMs);
    const reports = await traffic.finish(cutMs);
    tell('cut', reports);

    expect(detached['pod to pod'].fresh.failed).toBe(0);
    for (const report of Object.values(reports)) {
      expect(report.lost).toBe(streamsAPlace);
      expect(report.fresh.failed).toBeGreaterThan(0);
    }
    await downLab(lab);
  });
});

interface Stage {
  readonly live: LiveLab;
  readonly runtime: NetnsRuntime;
  readonly scene: Scene;
  readonly places: readonly StreamPlace[];
  readonly traffic: Traffic;
}

async function labWithTraffic(
  name: string,
  profile: (typeof profiles)[number],
  attach: 'tcx' | 'clsact',
): Promise<Stage> {
  const live = await upLab(name, profile, '--attach', attach, '--no-verify');
  const { runtime } = await openLab(name);
  const scene = sceneOf(live);
  const places = placesOf(live, scene);
  await apply(name, streamService(scene));
  return { live, runtime, scene, places, traffic: await startTraffic(runtime, program, places) };
}
