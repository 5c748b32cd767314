/** The command line of `letts ui`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";

/** Options of `ui`. */
export const UI_FLAGS = {
  listen: {
    type: "text",
    value: "HOST:PORT",
    default: "127.0.0.1:7190",
    help: "address to listen on; port 0 takes a free one",
  },
  open: { type: "switch", help: "open the browser, signed in" },
  "read-only": { type: "switch", help: "refuse every change" },
  title: {
    type: "text",
    value: "TEXT",
    default: "letts",
    help: "name of the environment, shown on each page",
  },
  theme: {
    type: "text",
    value: "THEME",
    default: "auto",
    suggest: ["auto", "light", "dark"],
    help: "auto, light or dark, until the browser chooses another",
  },
  "allowed-host": {
    type: "csv",
    value: "NAMES",
    help: "names that it is reached by, such as behind a proxy",
  },
  "insecure-listen": {
    type: "switch",
    help: "allow an address that other machines reach, although the UI speaks plain HTTP",
  },
} as const;

/** Serves the web UI. */
export const UI: CommandSpec<[typeof UI_FLAGS]> = {
  name: "ui",
  summary: "Watch and control all dugdales in the browser until Ctrl-C",
  about: [
    "Prints a link that signs in once, with the tokens of letts.yaml. Others sign in with a token of their own, and can\n" +
    "do what that token can do. Tokens never reach the browser.",
  ],
  flags: [UI_FLAGS],
  examples: [
    { line: "letts ui --open", means: "Look at the dugdales of letts.yaml" },
    { line: "letts ui --read-only --title production", means: "Show, and change nothing" },
  ],
};
