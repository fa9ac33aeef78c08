/** What the probe client is asked and answers, as JSON on its standard input and output. */

export interface SocketProbe {
  readonly protocol: 'tcp' | 'udp' | 'http';
  readonly address: string;
  readonly port: number;
  /** Payload in bytes, sent and wanted back unchanged. */
  readonly bytes: number;
  /** The answering pod or node that is asked for; the client connects anew until it meets it. */
  readonly wanted?: Wanted;
  /** Most connections made to meet `wanted`. */
  readonly attempts?: number;
  /** UDP: connect() the socket, so that the kernel shows its peer. */
  readonly connected?: boolean;
  /** Use an IPv6 socket with the v4-mapped address. */
  readonly mapped?: boolean;
  /** Bind this port first, so that counters can name the flow before it exists. */
  readonly localPort?: number;
  /** Limit of one connection. */
  readonly timeoutMs?: number;
}

/** One echo request. `bytes` of payload make a packet that is 28 bytes longer. */
export interface IcmpProbe {
  readonly protocol: 'icmp';
  readonly address: string;
  readonly bytes: number;
}

/** One question to a name server, without search lists and hosts files: the IPv4 addresses of a name. */
export interface DnsProbe {
  readonly protocol: 'dns';
  readonly address: string;
  readonly port: number;
  readonly name: string;
}

export type Probe = SocketProbe | IcmpProbe | DnsProbe;

export interface Wanted {
  readonly pod?: string;
  readonly node?: string;
  readonly otherThanNode?: string;
}

/** Who answered, and whom it saw. Spoken by the demo server on every port. */
export interface Identity {
  readonly pod: string;
  readonly node: string;
  readonly client: string;
  readonly clientPort: number;
}

export interface ProbeResult {
  readonly ok: boolean;
  /** What happened instead, one line. */
  readonly error?: string;
  readonly answeredBy?: Identity;
  /** The peer as the socket tells it, `address:port`; empty where the socket is not connected. */
  readonly peer?: string;
  readonly localPort?: number;
  /** ICMP: time to live of the reply as it arrived. */
  readonly ttl?: number;
  /** DNS: what the name stands for, sorted. */
  readonly addresses?: readonly string[];
  readonly attempts: number;
  readonly milliseconds: number;
}

/** What `hold` tells of its open connection. */
export interface Held {
  readonly localPort: number;
  readonly answeredBy: Identity;
}

/** A datagram with exactly this text is answered with an Identity. */
export const whoQuestion = 'who';
