import type { Step } from '../context.ts';
import { agents, agentsReady } from './agents.ts';
import { compile } from './compile.ts';
import { demo } from './demo.ts';
import { demoReady } from './demo-ready.ts';
import { fabric } from './fabric.ts';
import { firstAnswer } from './first-answer.ts';
import { nodes } from './nodes.ts';
import { outside } from './outside.ts';
import { record } from './record.ts';

/** How a lab is made, in order. `down` is the way back. */
export const createSteps: readonly Step[] = [
  record,
  fabric,
  nodes,
  compile,
  agents,
  demo,
  agentsReady,
  firstAnswer,
  outside,
  demoReady,
];
