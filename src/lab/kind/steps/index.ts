import type { KindStep } from '../context.ts';
import { chart, controlPlaneTaint } from './chart.ts';
import { cluster } from './cluster.ts';
import { demo } from './demo.ts';
import { firstAnswer } from './first-answer.ts';
import { buildImages, loadImages } from './images.ts';
import { kubeProxyAway } from './kube-proxy.ts';
import { userContext } from './kubeconfig.ts';
import { nodeFiles } from './node-files.ts';
import { outside } from './outside.ts';
import { agentsReady, demoReady, dnsReady, nodesJoined } from './ready.ts';
import { record } from './record.ts';
import { nodeTools } from './tools.ts';

/** How a lab on kind is made, in order. Each step can be repeated; `down` is the way back. */
export const kindSteps: readonly KindStep[] = [
  record,
  buildImages,
  cluster,
  userContext,
  nodeFiles,
  loadImages,
  chart,
  controlPlaneTaint,
  nodesJoined,
  demo,
  nodeTools,
  outside,
  agentsReady,
  kubeProxyAway,
  dnsReady,
  demoReady,
  firstAnswer,
];
