/** What the asker is told to do: all asks of a line go at once, each by itself `times` times. */
export interface Ask {
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
  readonly times: number;
  /** `held`: datagrams of one unconnected socket for this address, which outlives the question. */
  readonly socket: 'fresh' | 'held';
  readonly limitMs: number;
  /** Datagrams are sent again: refusals come by ICMP, of which kernels send a few a second only. */
  readonly asksAgain: boolean;
}

/** How often whom answered, and how often what went wrong. */
export interface Tally {
  readonly answers: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
}
