/**
 * The order in which the rules of dugdale.yaml are checked. The first violated one is reported.
 *
 * @module
 */

/** The positions of the rules. */
export const RULE_ORDER = {
  duration: 0,
  byteSize: 1,
  listen: 2,
  dataDir: 3,
  tls: 4,
  missionEnv: 5,
  exec: 6,
  log: 7,
  headroom: 8,
  network: 9,
  tokens: 10,
  hooks: 11,
  audit: 12,
} as const;
