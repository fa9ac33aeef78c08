import type { LabBackend } from '../../datapath/generated/structs.ts';
import { ipProtocol } from './frontends.ts';

/**
 * Backends whose flows are to be ended. Only UDP: TCP ends by itself when the pod does, a client of a
 * UDP Service would send to the dead address for as long as it keeps its port.
 */
export interface StaleUdp {
  readonly add: (backend: LabBackend) => void;
  /** All since the last call. */
  readonly take: () => readonly LabBackend[];
}

export function createStaleUdp(): StaleUdp {
  let gone: LabBackend[] = [];
  return {
    add: (backend) => {
      if (backend.proto === ipProtocol.UDP) gone.push(backend);
    },
    take: () => {
      const taken = gone;
      gone = [];
      return taken;
    },
  };
}
