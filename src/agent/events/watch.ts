import { openMap, watchRing } from '../../bpf-sys/index.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { LabEventType } from '../../datapath/generated/enums.ts';
import { labEvent } from '../../datapath/generated/structs.ts';
import { pinPaths } from '../pins.ts';
import { bootTime, type FlowEvent, flowEvent } from './flow-event.ts';
import { createRateLimit } from './rate-limit.ts';
import type { Recent } from './recent.ts';

/** Drops of one reason that reach the log in a second; the others are counted. */
const loggedPerSecond = 5;

export interface EventWatch {
  readonly count: () => number;
  readonly close: () => void;
}

/** Reads the datapath's events into the recent list, and its drops into the log. */
export function watchEvents(pins: string, recent: Recent<FlowEvent>, log: Log): EventWatch {
  const map = openMap(pinPaths(pins).map('lab_events'));
  const limit = createRateLimit(loggedPerSecond);
  let count = 0;
  const ring = watchRing(
    map,
    (record) => {
      count++;
      const event = labEvent.decode(record, 0);
      const flow = flowEvent(event, bootTime());
      recent.add(flow);
      if (event.type !== LabEventType.drop) return;
      const heldBack = limit.pass(flow.code ?? '');
      if (heldBack === undefined) return;
      const { time: _, type: __, ...fields } = flow;
      log.warn('drop', heldBack === 0 ? fields : { ...fields, notLogged: heldBack });
    },
    { onError: (error) => log.error('events cannot be read', { error: messageOf(error) }) },
  );
  return {
    count: () => count,
    close: () => {
      ring.close();
      map.close();
    },
  };
}
