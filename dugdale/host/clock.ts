/** The time, handed to whoever needs it so that a test can turn it by hand. */
export interface Clock {
  /** Unix milliseconds, for records. */
  wallMs(): number;
  /** Milliseconds since some fixed moment, never going back, for durations. */
  steadyMs(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
};
