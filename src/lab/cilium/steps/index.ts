import type { KindStep } from '../../kind/context.ts';
import { controlPlaneTaint } from '../../kind/steps/chart.ts';
import { cluster } from '../../kind/steps/cluster.ts';
import { demo } from '../../kind/steps/demo.ts';
import { firstAnswer } from '../../kind/steps/first-answer.ts';
import { buildImages, loadImages } from '../../kind/steps/images.ts';
import { userContext } from '../../kind/steps/kubeconfig.ts';
import { nodeFiles } from '../../kind/steps/node-files.ts';
import { outside } from '../../kind/steps/outside.ts';
import { demoReady, dnsReady, nodesJoined } from '../../kind/steps/ready.ts';
import { record } from '../../kind/steps/record.ts';
import { nodeTools } from '../../kind/steps/tools.ts';
import type { CiliumUp } from '../context.ts';
import { nameServer } from './name-server.ts';
import { ciliumReady } from './ready.ts';
import { ciliumImages, ciliumRelease } from './release.ts';

/** How a lab with Cilium is made, or changed while it runs. Each step can be repeated. */
export const ciliumSteps: readonly KindStep<CiliumUp>[] = [
  record,
  buildImages,
  cluster,
  userContext,
  nodeFiles,
  nameServer,
  loadImages,
  ciliumImages,
  ciliumRelease,
  controlPlaneTaint,
  nodesJoined,
  demo,
  nodeTools,
  outside,
  ciliumReady,
  dnsReady,
  demoReady,
  firstAnswer,
];
