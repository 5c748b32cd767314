/** Flags of every command. @module */
import type { Values } from "./flags.ts";

/** Accepted before and after the name of a command. */
export const GLOBAL_FLAGS = {
  config: {
    type: "text",
    value: "FILE",
    complete: "file",
    help: "letts.yaml to use (default: searched for)",
  },
  verbose: { type: "switch", short: "v", help: "write more to stderr" },
  quiet: { type: "switch", short: "q", help: "no progress, events or log lines while waiting" },
  output: {
    type: "text",
    short: "o",
    value: "FORMAT",
    choices: ["text", "json", "yaml", "ndjson"],
    default: "text",
    help: "output format",
  },
  "insecure-config-permissions": {
    type: "switch",
    help: "accept a letts.yaml that others can write, or read although it has plain tokens",
  },
  "ignore-proxy": { type: "switch", help: "ignore the proxies of letts.yaml" },
  "request-timeout": {
    type: "text",
    value: "DURATION",
    default: "30s",
    help: "idle timeout of a request; most requests are tried three times",
  },
  reconnect: {
    type: "text",
    value: "DURATION",
    default: "60s",
    help: "how long an unreachable dugdale is retried while waiting",
  },
} as const;

/** Their values. */
export type GlobalValues = Values<typeof GLOBAL_FLAGS>;

/** Flags handled by the parser. */
export const HELP_FLAGS = {
  help: { type: "switch", short: "h", help: "show help and exit" },
} as const;

/** Flags of `letts` itself. */
export const ROOT_FLAGS = {
  version: { type: "switch", help: "print the version" },
} as const;
