/** A process that stays for the next question: one line in, one line out, in order. */
export interface Conversation {
  /**
   * Rejects with E_COMMAND when the process ends instead of answering, and with E_COMMAND_TIMEOUT past the limit,
   * which ends it: what it said later would answer another question.
   */
  readonly ask: (line: string, options: AskOptions) => Promise<string>;
  readonly isOver: () => boolean;
  /** Closes its input, upon which it ends. */
  readonly end: () => Promise<void>;
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface Conversations<Place> {
  /** The one that stays at a place; another where it has ended. */
  readonly at: (place: Place) => Promise<Conversation>;
  readonly end: () => Promise<void>;
}

/** One conversation at each place, begun with its first question. */
export function conversations<Place>(
  nameOf: (place: Place) => string,
  start: (place: Place) => Promise<Conversation>,
): Conversations<Place> {
  const known = new Map<string, Promise<Conversation>>();
  const begin = (place: Place): Promise<Conversation> => {
    const name = nameOf(place);
    const begun = start(place);
    known.set(name, begun);
    begun.catch(() => known.delete(name));
    return begun;
  };
  return {
    at: async (place) => {
      const present = known.get(nameOf(place));
      const conversation = await (present ?? begin(place));
      if (!conversation.isOver()) return conversation;
      // Of those that wait for it, the first begins another.
      const next = known.get(nameOf(place));
      return await (next === undefined || next === present ? begin(place) : next);
    },
    end: async () => {
      const begun = await Promise.allSettled(known.values());
      await Promise.all(begun.map((one) => (one.status === 'fulfilled' ? one.value.end() : undefined)));
    },
  };
}
