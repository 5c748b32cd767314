/** `letts dugdale`. @module */
import { SilentExit } from "../errors.ts";
import { type Command, command } from "../parse/grammar.ts";

const DUGDALE_FLAGS = {
  config: {
    type: "text",
    value: "FILE",
    complete: "file",
    help: "configuration file instead of the one that is found",
  },
  "check-config": { type: "switch", help: "check the configuration, print ok, exit" },
  "migrate-only": { type: "switch", help: "bring the database up to date, exit" },
  "insecure-config-permissions": {
    type: "switch",
    help: "accept a configuration file that others can read",
  },
  "log-level": {
    type: "text",
    value: "LEVEL",
    suggest: ["debug", "info", "warn", "error"],
    help: "debug, info, warn or error",
  },
  "log-format": { type: "text", value: "FORMAT", suggest: ["json", "text"], help: "json or text" },
  version: { type: "switch", help: "print the version, exit" },
} as const;

/** Runs a dugdale until it is told to stop. */
export const DUGDALE: Command = command({
  name: "dugdale",
  summary: "Run a dugdale",
  about: [
    "Runs missions on this machine and answers over HTTP, until SIGTERM or SIGINT.",
    "The configuration is the first of: --config, $DUGDALE_CONFIG, ./dugdale.yaml, /etc/letts/dugdale/default.yaml.",
  ],
  standalone: true,
  flags: [DUGDALE_FLAGS],
  examples: [
    { line: "letts dugdale --config /etc/letts/dugdale/default.yaml --check-config", means: "Check a file" },
  ],
  exits: [
    ["0", "clean shutdown"],
    ["1", "failure at start"],
    ["2", "invalid flag"],
    ["3", "invalid configuration"],
  ],
}, async () => {
  const { dugdaleMain } = await import("../../dugdale/main.ts");
  return async ({ flags }) => {
    const status = await dugdaleMain({
      config: flags.config ?? "",
      checkConfig: flags["check-config"],
      migrateOnly: flags["migrate-only"],
      insecureConfigPermissions: flags["insecure-config-permissions"],
      logLevel: flags["log-level"],
      logFormat: flags["log-format"],
      version: flags.version,
    });
    if (status !== 0) throw new SilentExit(status);
  };
});
