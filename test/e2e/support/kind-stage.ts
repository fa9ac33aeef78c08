import { openKindLab } from '../../../src/lab/kind/open.ts';
import { inContainer, podOf } from '../../../src/runtime/kind/index.ts';
import type { KindLab } from './kind-lab.ts';
import type { Stage } from './resident.ts';

/** Runs programs in a lab on kind past its API server and its kubelets: tests end those while programs run. */
export async function kindStage(lab: KindLab): Promise<Stage> {
  const { runtime } = await openKindLab(lab.name);
  let count = 0;
  return {
    argvAt: async (target, file, args) => {
      if (!('pod' in target) || target.outsideCgroup === true) return runtime.argvAt(target, file, args);
      const { node, container } = await containerOf(lab, target.pod);
      const id = `test-${process.pid}-${count++}`;
      const exec = ['--namespace', 'k8s.io', 'tasks', 'exec', '--exec-id', id, container, file, ...args];
      return inContainer(node, 'ctr', exec);
    },
  };
}

/** Where a pod's first container runs, by the id that containerd knows. */
export async function containerOf(lab: KindLab, pod: string) {
  const { namespace, name } = podOf(pod);
  const wanted = 'jsonpath={.spec.nodeName} {.status.containerStatuses[0].containerID}';
  const found = await lab.kubectl('get', 'pod', name, '--namespace', namespace, '--output', wanted);
  const { node, container } = /^(?<node>\S+) containerd:\/\/(?<container>\S+)$/.exec(found)?.groups ?? {};
  if (node === undefined || container === undefined) throw new Error(`pod ${pod} has no container: ${found}`);
  return { node, container };
}
