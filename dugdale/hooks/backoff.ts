const FIRST_MS = 5_000;
const LONGEST_MS = 3_600_000;

/** How long to wait after so many failed deliveries of an event: 5 s, 10 s, 20 s, … up to an hour. */
export function backoffMs(failures: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
}
