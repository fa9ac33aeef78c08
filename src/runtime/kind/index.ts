/** The kind runtime: nodes are containers of a kind cluster, pods are Kubernetes' own. */
export { inContainer, inPod, noPod, type Places, podOf } from './places.ts';
export { type KindRuntime, openKindRuntime } from './runtime.ts';
