/** Within how long nodes follow the cluster. The time is used up only where they do not. */
export const followMs = {
  /** A busy kube-proxy collects changes for a second and then writes its rules for some more. */
  services: 10_000,
  /** The kubelet tells late of pods whose network is made or gone. */
  pods: 3000,
} as const;
