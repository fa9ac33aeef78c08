/** Who is who in packets of tests: two nodes, their pods, and what lies outside. */
export const hosts = {
  a: { address: '10.244.1.10', mac: '02:00:00:00:01:0a' },
  b: { address: '10.244.1.11', mac: '02:00:00:00:01:0b' },
  c: { address: '10.244.2.10', mac: '02:00:00:00:02:0a' },
  node1: { address: '10.9.0.11', mac: '02:00:00:00:09:11' },
  node2: { address: '10.9.0.12', mac: '02:00:00:00:09:12' },
  router: { address: '10.9.0.1', mac: '02:00:00:00:09:01' },
  client: { address: '172.30.0.2', mac: '02:00:00:00:30:02' },
  world: { address: '203.0.113.7', mac: '02:00:00:00:30:07' },
  hairpin: { address: '169.254.42.1', mac: '02:00:00:00:00:01' },
} as const;
export type Host = keyof typeof hosts;

const isHost = (name: string): name is Host => name in hosts;

/** The address of a named host; an address stays as it is. */
export const addressOf = (name: string): string => (isHost(name) ? hosts[name].address : name);

export const macBytes = (text: string): Buffer => Buffer.from(text.replaceAll(':', ''), 'hex');
/** The MAC of a named host; a MAC stays as it is. */
export const macOf = (name: string): Buffer => macBytes(isHost(name) ? hosts[name].mac : name);

export const addressBytes = (name: string): Buffer => Buffer.from(addressOf(name).split('.').map(Number));
