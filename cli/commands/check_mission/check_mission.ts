/** `letts check mission`. @module */
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { SpawnError } from "../../../dugdale/host/spawn.ts";
import { canonical } from "../../../dugdale/json/canonical.ts";
import { readJson } from "../../../dugdale/json/reader.ts";
import { InvalidDurationError, parseDuration } from "../../../protocol/duration.ts";
import { CommandError, SilentExit, UsageError } from "../../errors.ts";
import { type Paint, paintFor } from "../../output/color.ts";
import { humanBytes } from "../../output/human.ts";
import { jsonText } from "../../output/json.ts";
import { writeResult } from "../../output/record.ts";
import type { Values } from "../../parse/flags.ts";
import { PipedFiles } from "../../parse/piped_files.ts";
import type { Call } from "../../parse/grammar.ts";
import { Interrupts } from "../interrupts.ts";
import { readInput } from "../mission_input.ts";
import { runByHand } from "./by_hand.ts";
import { type CheckedMission, commandOf, inputFiles } from "./checked_mission.ts";
import type { CHECK_MISSION_FLAGS } from "./command.ts";
import { type CheckReport, checkReport } from "./report.ts";
import { runUnderDugdale } from "./under_dugdale.ts";

/** Runs a mission by hand and as a dugdale would, and reports problems. */
export async function checkMission(call: Call<Values<typeof CHECK_MISSION_FLAGS>>): Promise<void> {
  const { flags, globals, args: [file = ""], io } = call;
  const text = jsonText(await readInput(flags, io), { indent: 0, plain: true });
  const input = canonical(readJson(text), text);
  await using piped = new PipedFiles();
  const files = await inputFiles(flags.file, piped);
  const timeoutMs = milliseconds(flags.timeout);
  using interrupts = new Interrupts(io);
  const report = await check({ command: commandOf(file), input, files, timeoutMs }, interrupts.signal);
  await writeResult(io.stdout, globals.output, report, () => reportText(report, paintFor(io.stdout, io)));
  if (!report.clean) throw new SilentExit(1);
}

async function check(mission: CheckedMission, interrupted: AbortSignal): Promise<CheckReport> {
  const folder = realpathSync(Deno.makeTempDirSync({ prefix: "letts-check-" }));
  try {
    for (const name of ["dugdale", "hand"]) mkdirSync(`${folder}/${name}`);
    const seen = await runUnderDugdale(mission, `${folder}/dugdale`, interrupted);
    interrupted.throwIfAborted();
    const hand = await runByHand(mission, `${folder}/hand`, interrupted);
    interrupted.throwIfAborted();
    return checkReport(mission.command, seen, hand);
  } catch (cause) {
    if (cause instanceof SpawnError) throw new CommandError(cause.message, { cause });
    throw cause;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function milliseconds(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    if (cause instanceof InvalidDurationError) throw new UsageError(`--timeout: ${cause.message}`, { cause });
    throw cause;
  }
}

const RETURN_LETTERS = 200;

/** The report as text. */
function reportText(report: CheckReport, paint: Paint): string {
  const rows = [
    ["command", report.command.join(" ")],
    ["outcome", paint(report.outcome === "success" ? "green" : "red", report.outcome) + reason(report)],
    [
      "return",
      report.return === null ? "nothing" : clipped(jsonText(report.return, { indent: 0, plain: true })),
    ],
    ["progress", `${report.progress} ${report.progress === 1 ? "report" : "reports"}`],
    [
      "outputs",
      Object.entries(report.outputs).map(([key, bytes]) => `${key} (${humanBytes(bytes)})`).join(", ") ||
      "none",
    ],
    ["printed", `${humanBytes(report.stdout_bytes)} on stdout, ${humanBytes(report.stderr_bytes)} on stderr`],
    ["by hand", byHand(report.by_hand)],
  ];
  const facts = rows.map(([name = "", value = ""]) => `${name.padEnd(8)}  ${value}\n`).join("");
  const problems = report.problems.map((problem) => `${paint("red", "problem")}  ${problem}\n`).join("");
  const notes = report.notes.map((note) => `${paint("yellow", "note")}     ${note}\n`).join("");
  return `${facts}${problems}${notes}${report.clean ? `${paint("green", "clean")}\n` : ""}`;
}

function reason({ fail_reason: why }: CheckReport): string {
  return why === null ? "" : `, ${why}`;
}

function byHand({ exit_code: code, signal, timed_out: timedOut }: CheckReport["by_hand"]): string {
  if (timedOut) return "did not end in time";
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

function clipped(text: string): string {
  return text.length > RETURN_LETTERS ? `${text.slice(0, RETURN_LETTERS)}…` : text;
}
