/** What the stream client is asked, one line each. */
export type StreamQuestion =
  /** One connection from its beginning to its end. */
  | { readonly kind: 'try'; readonly to: Destination }
  /** Opens connections that stay, and from then on new ones all the time. */
  | { readonly kind: 'open'; readonly to: Destination; readonly count: number; readonly everyMs: number }
  | { readonly kind: 'look' }
  /** Sends nothing more, waits for what is under way, and tells the result. */
  | { readonly kind: 'finish'; readonly drainMs: number };

export interface Destination {
  readonly address: string;
  readonly port: number;
}

export interface StreamReport {
  /** Connections that were opened to stay. */
  readonly opened: number;
  /** Those of them that ended, were reset, told another sequence or still wait for an echo. */
  readonly lost: number;
  /** How often each thing went wrong, for connections that stay. */
  readonly losses: Readonly<Record<string, number>>;
  /** Numbers sent, and those that came back in their order. */
  readonly sent: number;
  readonly echoed: number;
  /** The longest time from a number's sending to its echo. */
  readonly longestGapMs: number;
  /** Who answered the connections that stay, and as whom it saw them: `pod from address`. */
  readonly seen: readonly string[];
  /** Connections that were made, used once and closed meanwhile. */
  readonly fresh: Fresh;
}
export interface Fresh {
  readonly succeeded: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
}
