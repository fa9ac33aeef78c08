export const readyLimitMs = 180_000;
/** Each question is a process of its own, and takes its time from the nodes that are waited for. */
export const readyPollMs = 500;
