import { assertEquals } from "@std/assert";
import { defineMission, type LettsClient, type MissionEvent } from "../../client/mod.ts";

const resize = defineMission<{ width: number }, { made: string }>("resize");
declare const letts: LettsClient;
const lane = "default";

// Never called: what is tested is that they compile, or do not.
const TYPED: readonly ((event: MissionEvent) => unknown)[] = [
  () => letts.run({ lane }, { mission: "a", input: [1, "two", null], timeout: "5m", waitMs: 1000 }),
  () => letts.dispatch({ host: 5, lane }, { mission: "a", files: { log: new Uint8Array() } }),
  async () => (await letts.run<{ words: number }>({ route: "r" }, { mission: "a" })).return?.words.toFixed(),
  async () => (await letts.run({ lane }, resize, { input: { width: 3 } })).return?.made.toUpperCase(),
  // @ts-expect-error: an address has no such part.
  () => letts.run({ route: "r", host: "h", lane, extra: true }, { mission: "a" }),
  // @ts-expect-error: a host needs a lane.
  () => letts.run({ host: "h" }, { mission: "a" }),
  // @ts-expect-error: a mission has a name.
  () => letts.run({ lane }, {}),
  // @ts-expect-error: the width is a number.
  () => letts.run({ lane }, resize, { input: { width: "3" } }),
  // @ts-expect-error: a resize needs an input.
  () => letts.dispatch({ lane }, resize, {}),
  // @ts-expect-error: what it returns has no such member.
  async () => (await letts.run({ lane }, resize, { input: { width: 3 } })).return?.size,
  // @ts-expect-error: a number is no file.
  () => letts.dispatch({ lane }, { mission: "a", files: { log: 5 } }),
  // @ts-expect-error: a function is no JSON.
  () => letts.dispatch({ lane }, { mission: "a", input: { call: () => 1 } }),
  // @ts-expect-error: a job needs to go somewhere.
  () => letts.runMany([{ mission: "a" }]),
  // @ts-expect-error: an outcome has no result before it is known to be good.
  async () => (await letts.runMany([{ lane, mission: "a" }]))[0]?.result,
  // @ts-expect-error: waitMs is a number of milliseconds.
  () => letts.run({ lane }, { mission: "a", waitMs: "5s" }),
  // @ts-expect-error: a mission that nobody asked for may not be there.
  async () => (await letts.getMission("id")).status,
  // @ts-expect-error: an event of another kind has no outcome.
  (event: MissionEvent) => event.event === "progress" && event.outcome,
];

Deno.test("the client's calls refuse at compile time what cannot be meant", () => {
  assertEquals(TYPED.length, 17);
});
