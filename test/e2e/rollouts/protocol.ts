/** What the request client is asked, one line each. */
export type RequestQuestion =
  /** One request. */
  | { readonly kind: 'try'; readonly to: Destination }
  /** From now on so many requests a second, each on a connection of its own, none of them tried again. */
  | { readonly kind: 'start'; readonly to: Destination; readonly perSecond: number }
  | { readonly kind: 'look' }
  /** Makes no more, waits for those under way, and tells the result. */
  | { readonly kind: 'stop' };

export interface Destination {
  readonly address: string;
  readonly port: number;
}

export interface RequestReport {
  /** Requests that came to an end, failed ones included. */
  readonly ended: number;
  readonly perSecond: number;
  readonly failed: number;
  /** How often each thing went wrong. */
  readonly failures: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** Names of the pods that answered since the last question. */
  readonly answered: readonly string[];
}
