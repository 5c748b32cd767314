/**
 * The plan of `exec`, validated before the first request.
 *
 * @module
 */
import type { ExecOptions } from "../../../client/types.ts";
import type { DugdaleEntry } from "../../../config/letts/dugdale_entry.ts";
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import { FILE_ROLE, UUID } from "../../../protocol/names.ts";
import { isShellForm } from "../../../protocol/shell_form.ts";
import { ExecFailedError, UsageError } from "../../errors.ts";
import type { Io } from "../../output/io.ts";
import { required, type Values } from "../../parse/flags.ts";
import { type Pair, parsePairs, requireFolderOf } from "../../parse/paths.ts";
import type { PipedFiles } from "../../parse/piped_files.ts";
import { waitLimit } from "../../parse/times.ts";
import type { EXEC_FLAGS } from "./command.ts";
import { displayName } from "./display_name.ts";
import { execHosts } from "./exec_hosts.ts";
import { outTargets, requireNew } from "./out_targets.ts";
import { type StdinMode, stdinMode } from "./stdin_mode.ts";

/** The flags of `exec`. */
export type ExecValues = Values<typeof EXEC_FLAGS>;

/** A command that is ready to be sent. */
export interface ExecPlan {
  readonly hosts: readonly DugdaleEntry[];
  readonly lane: string;
  /** The request sent to each dugdale. */
  readonly options: ExecOptions;
  readonly display: "raw" | "prefix" | "json" | "ndjson";
  /** Destination of each output file. */
  readonly outputs: readonly Pair[];
  /** Milliseconds; undefined means forever. */
  readonly waitMs: number | undefined;
}

/**
 * Validates the flags, then reads standard input.
 *
 * @throws {UsageError} When a flag is missing or invalid, or a file cannot be read.
 * @throws {ExecFailedError} When standard input cannot be read.
 */
export async function execPlan(
  config: LettsConfig,
  flags: ExecValues,
  argv: readonly string[],
  { io, piped }: { readonly io: Io; readonly piped: PipedFiles },
): Promise<ExecPlan> {
  const outputs = execPairs("--out", flags.out);
  const script = flags.script && await piped.path("--script", flags.script);
  const inputs = execPairs("--in", flags.in);
  const inputPaths: Record<string, string> = {};
  for (const { key, path } of inputs) inputPaths[key] = await piped.path("--in", path);
  const lane = required(flags.lane, "lane");
  const hosts = execHosts(config, lane, flags);
  const stdin = stdinMode({
    asked: askedStdin(flags, hosts.length),
    isTerminal: io.stdin.isTerminal,
    hosts: hosts.length,
  });
  const display = flags.output ?? (hosts.length > 1 ? "prefix" : "raw");
  checkIds(flags, display, hosts.length);
  checkCommand(flags, argv);
  const waitMs = waitLimit(flags);
  const targets = outTargets(outputs, hosts.map(({ id }) => id), display !== "raw");
  for (const { path } of targets) requireFolderOf("--out", path);
  requireNew(targets);
  const bytes = stdin.mode === "none" ? undefined : await readStdin(io);
  const hasStdin = bytes !== undefined && !(stdin.emptyIsNone && bytes.length === 0);
  return {
    hosts,
    lane,
    display,
    outputs,
    waitMs,
    options: {
      command: argv,
      script,
      in: inputPaths,
      out: outputs.map(({ key }) => key),
      ...(hasStdin ? { stdin: bytes, stdinMode: stdin.mode === "broadcast" ? "broadcast" : "single" } : {}),
      timeout: flags.timeout,
      execId: flags["mission-id"],
      displayName: displayName({ argv, script: flags.script, hosts: hosts.length }),
    },
  };
}

function askedStdin(flags: ExecValues, hosts: number): StdinMode | "auto" | undefined {
  if (!flags["send-stdin"]) return flags.stdin;
  if (flags.stdin !== undefined) throw new UsageError("--send-stdin and --stdin cannot be used together");
  return hosts > 1 ? "broadcast" : "single";
}

function checkIds(flags: ExecValues, display: ExecPlan["display"], hosts: number): void {
  if (display === "raw" && hosts > 1) {
    throw new UsageError("-o raw needs one host; use prefix, json or ndjson");
  }
  const { "mission-id": missionId, "group-id": groupId } = flags;
  if (missionId !== undefined && display !== "raw") {
    throw new UsageError("--mission-id needs one host and raw output");
  }
  for (const [name, id] of [["--mission-id", missionId], ["--group-id", groupId]] as const) {
    const fault = id === undefined ? undefined : UUID.fault(id, name);
    if (fault !== undefined) throw new UsageError(fault);
  }
}

function checkCommand(flags: ExecValues, argv: readonly string[]): void {
  if (argv.length === 0) {
    throw new UsageError(
      flags.script === undefined
        ? "a command is required after --"
        : "--script needs a command that runs it, such as: -- sh script/script",
    );
  }
  if (!flags["allow-shell"] && isShellForm(argv)) {
    throw new UsageError("a shell with -c needs --allow-shell");
  }
}

async function readStdin(io: Io): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await io.stdin.readAll();
  } catch (cause) {
    throw new ExecFailedError("standard input cannot be read", { cause });
  }
}

/** As {@linkcode parsePairs}; keys must also be valid in the name of a variable. */
function execPairs(flag: string, texts: readonly string[]): readonly Pair[] {
  const pairs = parsePairs(flag, texts);
  const wrong = pairs.find(({ key }) => !FILE_ROLE.is(key));
  if (wrong === undefined) return pairs;
  throw new UsageError(`${flag}: ${FILE_ROLE.refusal(wrong.key, "key")}`);
}
