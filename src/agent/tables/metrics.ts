import { openMap } from '../../bpf-sys/index.ts';
import { dropReasons, forwardCodes } from '../../datapath/generated/codes.ts';
import { LabDirection } from '../../datapath/generated/enums.ts';
import { maps } from '../../datapath/generated/maps.ts';
import { pinPaths } from '../pins.ts';

/** One counter of lab_metrics, summed over CPUs. */
export interface MetricRow {
  readonly kind: 'forward' | 'drop';
  /** As in the .def files, in lower case: `redirect_peer`, `no_backend`. */
  readonly name: string;
  readonly sentence: string;
  readonly direction: keyof typeof LabDirection;
  readonly packets: number;
  readonly bytes: number;
}

export interface Metrics {
  /** All counters that ever counted, or all that exist. */
  readonly read: (which?: 'moved' | 'all') => readonly MetricRow[];
  readonly close: () => void;
}

const directions = Object.keys(LabDirection) as (keyof typeof LabDirection)[];
const kinds = [
  ['forward', forwardCodes],
  ['drop', dropReasons],
] as const;

export function openMetrics(pins: string): Metrics {
  const map = openMap(pinPaths(pins).map(maps.lab_metrics.name));
  const { size, decode } = maps.lab_metrics.value;
  const cpuSize = Math.ceil(size / 8) * 8;
  return {
    read(which = 'moved') {
      const { count, values } = map.dump();
      const sum = (index: number): { packets: number; bytes: number } => {
        const total = { packets: 0, bytes: 0 };
        const end = index < count ? (index + 1) * map.slotSize : 0;
        for (let at = index * map.slotSize; at < end; at += cpuSize) {
          const { packets, bytes } = decode(values, at);
          total.packets += Number(packets);
          total.bytes += Number(bytes);
        }
        return total;
      };
      const rows = kinds.flatMap(([kind, codes]) =>
        Object.entries(codes).flatMap(([code, { name, sentence }]) =>
          directions.map((direction) => ({
            ...{ kind, name, sentence, direction },
            ...sum((Number(code) << 2) | LabDirection[direction]),
          })),
        ),
      );
      return which === 'all' ? rows : rows.filter(({ packets }) => packets > 0);
    },
    close: () => map.close(),
  };
}
