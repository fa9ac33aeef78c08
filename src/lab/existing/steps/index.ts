import { firstAnswer } from '../../kind/steps/first-answer.ts';
import { outside } from '../../kind/steps/outside.ts';
import { agentsReady, demoReady, dnsReady } from '../../kind/steps/ready.ts';
import type { ExistingStep, ExistingUp } from '../context.ts';
import { removableChart, removableDemo } from './clean.ts';
import { build, deliver } from './images.ts';
import { namespace } from './namespace.ts';
import { record } from './record.ts';
import { restartStranded } from './stranded.ts';
import { nodeTools } from './tools.ts';

const elsewhere = ({ network }: ExistingUp): string | false =>
  network === '' ? "nodes are no containers of this machine's engine" : false;

/** How a lab gets into a cluster that exists, in order: the steps of kind but for those that make nodes. */
export const existingSteps: readonly ExistingStep[] = [
  record,
  build,
  deliver,
  namespace,
  removableChart,
  removableDemo,
  nodeTools,
  { ...outside, skip: elsewhere },
  agentsReady,
  restartStranded,
  {
    ...dnsReady,
    skip: ({ facts }) =>
      facts.deployments.some(({ metadata }) => metadata.labels?.['k8s-app'] === 'kube-dns')
        ? false
        : 'the cluster has none',
  },
  demoReady,
  firstAnswer,
];
