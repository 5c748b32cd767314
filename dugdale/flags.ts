/** The command line of the daemon. */
export interface DaemonFlags {
  config: string;
  checkConfig: boolean;
  migrateOnly: boolean;
  insecureConfigPermissions: boolean;
  logLevel: string | undefined;
  logFormat: string | undefined;
  version: boolean;
  help: boolean;
}

/** A command line that cannot be understood. */
export class FlagError extends Error {
  override readonly name = "FlagError";
}

type TextFlag = "config" | "logLevel" | "logFormat";
type SwitchFlag = Exclude<keyof DaemonFlags, TextFlag>;

const TEXTS: Readonly<Record<string, TextFlag>> = {
  config: "config",
  "log-level": "logLevel",
  "log-format": "logFormat",
};
const SWITCHES: Readonly<Record<string, SwitchFlag>> = {
  "check-config": "checkConfig",
  "migrate-only": "migrateOnly",
  "insecure-config-permissions": "insecureConfigPermissions",
  version: "version",
  help: "help",
  h: "help",
};
const TRUE = ["1", "t", "T", "TRUE", "true", "True"], FALSE = ["0", "f", "F", "FALSE", "false", "False"];

/** What `--help` prints. */
export const USAGE = `Usage: letts dugdale [flags]

Runs missions on this machine and answers over HTTP.

  --config PATH                  configuration file (default: $DUGDALE_CONFIG,
                                 ./dugdale.yaml, /etc/letts/dugdale/default.yaml)
  --check-config                 check the configuration, print ok, exit
  --migrate-only                 bring the database up to date, exit
  --insecure-config-permissions  accept a configuration file that others can read
  --log-level LEVEL              debug, info, warn or error
  --log-format FORMAT            json or text
  --version                      print the version, exit
  -h, --help                     print this, exit

Exit codes: 0 clean shutdown, 1 failure at start, 2 bad flag, 3 bad configuration.
`;

/**
 * Reads flags with one or two dashes, as `--flag value` or `--flag=value`, up to the first argument that is none.
 *
 * @throws {FlagError} For an unknown flag or a bad value.
 */
export function parseFlags(args: readonly string[]): DaemonFlags {
  const flags: DaemonFlags = {
    config: "",
    checkConfig: false,
    migrateOnly: false,
    insecureConfigPermissions: false,
    logLevel: undefined,
    logFormat: undefined,
    version: false,
    help: false,
  };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (!arg.startsWith("-") || arg === "-" || arg === "--") break;
    const match = /^--?([^-=][^=]*)(?:=([\s\S]*))?$/.exec(arg);
    if (match === null) throw new FlagError(`${JSON.stringify(arg)} is no flag: its name is missing`);
    const name = match[1] ?? "";
    const text = TEXTS[name], toggle = SWITCHES[name];
    if (text !== undefined) {
      const value = match[2] ?? args[++at];
      if (value === undefined) throw new FlagError(`flag --${name} needs a value`);
      flags[text] = value;
    } else if (toggle !== undefined) flags[toggle] = readSwitch(name, match[2] ?? "true");
    else throw new FlagError(`unknown flag --${name}`);
  }
  return flags;
}

function readSwitch(name: string, value: string): boolean {
  if (TRUE.includes(value)) return true;
  if (FALSE.includes(value)) return false;
  throw new FlagError(`flag --${name} must be true or false, not ${JSON.stringify(value)}`);
}
