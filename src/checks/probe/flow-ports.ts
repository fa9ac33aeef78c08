/** Below the ports that kernels give out and beside NodePorts: nobody holds these by chance. */
const first = 20_000;
const count = 9000;

/**
 * Client ports for flows that counters must name before they exist. Picked by chance, all different: a
 * run must not meet the lingering flows of the one before.
 */
export function flowPorts(wanted: number): number[] {
  const ports = new Set<number>();
  while (ports.size < wanted) ports.add(first + Math.floor(Math.random() * count));
  return [...ports];
}
