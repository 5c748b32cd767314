/** The command lines of `letts cache`. @module */
import { command, type CommandGroup, group } from "../../parse/grammar.ts";

/** All `letts cache` commands. */
export const CACHE: CommandGroup = group({
  name: "cache",
  summary: "Manage the files that letts unpacks",
}, [
  command({
    name: "clean",
    summary: "Remove unpacked files of other versions of letts that are not in use",
    about: [
      "A letts with its own Deno unpacks both at its first start, each version to a separate folder. Those of other\n" +
      "versions are removed, unless a program is running from them. A newer version does this at its first start.",
    ],
    flags: [],
  }, async () => (await import("./clean.ts")).cleanCache),
]);
