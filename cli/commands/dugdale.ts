/** `letts dugdale`. @module */
import { SilentExit, UsageError } from "../errors.ts";
import { type Command, command } from "../parse/grammar.ts";

const DUGDALE_FLAGS = {
  config: {
    type: "text",
    value: "FILE",
    complete: "file",
    help: "configuration file (default: searched for)",
  },
  "check-config": { type: "switch", help: "check the configuration, print ok and exit" },
  "migrate-only": { type: "switch", help: "bring the database up to date and exit" },
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
  version: { type: "switch", help: "print the version and exit" },
  "print-example": { type: "switch", help: "print a dugdale.yaml that explains every key, and exit" },
} as const;

/** Options of `install`. */
const INSTALL_FLAGS = {
  sysv: { type: "switch", help: "with install: an init script instead of a systemd unit" },
  print: { type: "switch", help: "with install: print it, and change nothing" },
} as const;

/** Runs a dugdale until it is stopped. */
export const DUGDALE: Command = command({
  name: "dugdale",
  summary: "Run a dugdale",
  about: [
    "Runs missions on this machine and answers over HTTP, until SIGTERM or SIGINT.",
    "The configuration is the first of: --config, $DUGDALE_CONFIG, ./dugdale.yaml, /etc/letts/dugdale/default.yaml.",
    "letts dugdale install creates a systemd service, or an init script, for the letts on the PATH, without starting it.",
  ],
  standalone: true,
  positionals: [{ name: "install", optional: true, choices: ["install"] }],
  flags: [DUGDALE_FLAGS, INSTALL_FLAGS],
  examples: [
    { line: "letts dugdale --config /etc/letts/dugdale/default.yaml --check-config", means: "Check a file" },
    { line: "letts dugdale install --print", means: "Show the service" },
  ],
  exits: [
    ["0", "clean shutdown"],
    ["1", "failure at start"],
    ["2", "invalid flag"],
    ["3", "invalid configuration"],
  ],
}, async () => {
  const { dugdaleMain } = await import("../../dugdale/main.ts");
  return async ({ flags, args: [action], io }) => {
    if (action !== undefined) {
      if (action !== "install") throw new UsageError(`dugdale: "${action}" is no action; there is install`);
      const { install } = await import("./install/install.ts");
      return await install({ config: flags.config ?? "", sysv: flags.sysv, print: flags.print }, io);
    }
    if (flags["print-example"]) {
      return await io.stdout.write((await import("./init/examples.ts")).DUGDALE_EXAMPLE);
    }
    const status = await dugdaleMain({
      config: flags.config ?? "",
      checkConfig: flags["check-config"],
      migrateOnly: flags["migrate-only"],
      insecureConfigPermissions: flags["insecure-config-permissions"],
      logLevel: flags["log-level"],
      logFormat: flags["log-format"],
      version: flags.version,
    }, async (...beside) => await (await import("../../ui/of_dugdale.ts")).openUiOfDugdale(...beside));
    if (status !== 0) throw new SilentExit(status);
  };
});
