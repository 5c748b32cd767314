import { MISSIONS } from "../contract/harness.ts";
import { newId } from "../contract/ids.ts";
import { knownId } from "./known.ts";
import type { Random } from "./random.ts";

type Maker = (random: Random) => unknown;

const BIG = "\u0001number:";
const ODD: readonly [Maker, ...Maker[]] = [
  () => null,
  () => true,
  (random) => random.text(random.below(40)),
  (random) => random.below(1000) - 500,
  () => `${BIG}9223372036854775808`,
  () => `${BIG}-1e400`,
  () => `${BIG}0.1e-400`,
  () => "30s",
  () => "\ud800",
  () => newId(),
  () => [],
  () => ({}),
  () => ["a", 1, null],
  (random) => ({ [random.text(3)]: random.text(3), a: { b: [[]] } }),
  (random) => random.text(5000),
];
const odd: Maker = (random) => random.pick(ODD)(random);

const file: Maker = (random) => random.chance(0.8) ? knownId(random) : odd(random);
const BODIES: Readonly<Record<string, Maker>> = {
  dispatch: (random) => ({
    lane: "fast",
    mission: random.pick([
      "silent.sh",
      "succeeds.sh",
      "garbage_on_three.sh",
      "writes_outputs.sh",
      "../x",
      "none",
    ]),
    input: random.chance(0.5) ? {} : odd(random),
    ...(random.chance(0.3) ? { files: [{ role: "data", staging_id: file(random) }] } : {}),
    timeout: random.chance(0.1) ? odd(random) : "5s",
  }),
  execDispatch: (random) => ({
    lane: "fast",
    command: random.pick<unknown>([["true"], ["echo", "x"], ["none-such"], [], ["sh", "-c", "true"]]),
    stdin: random.pick(["none", "single", "broadcast", "x"]),
    ...(random.chance(0.2) ? { display_name: odd(random), group_id: odd(random) } : { group_id: newId() }),
    in: random.chance(0.3) ? [{ key: "a", staging_id: file(random) }] : [],
    out: random.chance(0.3) ? [{ key: odd(random) }] : [],
  }),
  apply: (random) => ({
    mission_dir: random.chance(0.1) ? odd(random) : MISSIONS,
    lanes: {
      fast: { concurrency: 1 + random.below(9) },
      [random.pick(["x", "A", "slow"])]: random.chance(0.5) ? odd(random) : { concurrency: 0 },
    },
    [random.text(4)]: odd(random),
  }),
  kill: (random) => ({ signal: odd(random), grace: odd(random), reason: odd(random) }),
  bulkRestart: (random) => ({ ids: [knownId(random), random.chance(0.3) ? odd(random) : knownId(random)] }),
  bulkDelete: (random) => ({
    ids: [knownId(random), random.chance(0.3) ? odd(random) : knownId(random)],
    force: odd(random),
  }),
};

/** A JSON body for a route: nearly right, with a member that is odd, cut short, or with bytes that are no text. */
export function jsonBody(route: string, random: Random): Uint8Array<ArrayBuffer> {
  const value = (BODIES[route] ?? odd)(random);
  if (random.chance(0.25) && typeof value === "object" && value !== null) {
    const names = Object.keys(value);
    const name = names[random.below(names.length)];
    if (name !== undefined) Object.assign(value, { [name]: odd(random) });
  }
  // Numbers that JavaScript has no value for are written in afterwards.
  const text = JSON.stringify(value).replace(/"\\u0001number:([^"]*)"/g, "$1");
  const bytes = new TextEncoder().encode(text);
  if (random.chance(0.1)) return bytes.slice(0, random.below(bytes.length + 1));
  if (random.chance(0.05) && bytes.length > 4) bytes.set(random.bytes(4), random.below(bytes.length - 4));
  if (random.chance(0.03)) return new TextEncoder().encode("[".repeat(50_000));
  if (random.chance(0.03)) return random.bytes(200_000);
  return bytes;
}
