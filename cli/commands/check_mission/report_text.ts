/**
 * The findings for people.
 *
 * @module
 */
import type { Paint } from "../../output/color.ts";
import { humanBytes } from "../../output/human.ts";
import { jsonText } from "../../output/json.ts";
import type { CheckReport } from "./report.ts";

const RETURN_LETTERS = 200;

/** The report as text. */
export function reportText(report: CheckReport, paint: Paint): string {
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
