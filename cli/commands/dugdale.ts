/** `letts dugdale`. @module */
import { SilentExit } from "../errors.ts";
import { type Command, command } from "../parse/grammar.ts";

/** Runs a dugdale until it is told to stop. */
export const DUGDALE: Command = command({
  name: "dugdale",
  summary: "Run a dugdale",
  raw: true,
  flags: [],
}, async () => {
  const { dugdaleMain } = await import("../../dugdale/main.ts");
  return async ({ args }) => {
    const status = await dugdaleMain(args);
    if (status !== 0) throw new SilentExit(status);
  };
});
