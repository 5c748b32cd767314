/** `letts doctor`. @module */
import { ConfigError } from "../../../config/config_error.ts";
import { CommandError, SilentExit } from "../../errors.ts";
import { type Color, paintFor } from "../../output/color.ts";
import type { Io } from "../../output/io.ts";
import { writeResult } from "../../output/record.ts";
import { broken } from "../../output/wrapped.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { type Check, checkDugdale, type Verdict } from "./checks.ts";
import type { DOCTOR_FLAGS } from "./command.ts";
import { brokenConfig, configChecks } from "./config_checks.ts";

const COLORS: Readonly<Record<Verdict, Color>> = { ok: "green", warn: "yellow", fail: "red" };

type DoctorCall = Call<Values<typeof DOCTOR_FLAGS>>;

/** Looks for everything that could be wrong between here and the dugdales. */
export async function doctor(call: DoctorCall): Promise<void> {
  const { globals: { output }, io } = call;
  const checks = await checksOf(call).catch(async (error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    const check = brokenConfig(error);
    await writeResult(io.stdout, output, [check], () => text([check], io));
    throw new SilentExit(3);
  });
  await writeResult(io.stdout, output, checks, () => text(checks, io));
  const failed = checks.filter(({ verdict }) => verdict === "fail").length;
  if (failed > 0) throw new CommandError(`${failed} of ${checks.length} checks failed`);
}

async function checksOf(call: DoctorCall): Promise<readonly Check[]> {
  const client = await call.open();
  const dugdales = client.dugdales(call.flags.match);
  const checked = await Promise.all(dugdales.map((dugdale) => checkDugdale(client, dugdale)));
  return [...configChecks(client.config, dugdales.length), ...checked.flat()];
}

function text(checks: readonly Check[], io: Io): string {
  const paint = paintFor(io.stdout, io);
  const width = Math.max(...checks.map(({ subject }) => subject.length));
  const indent = " ".repeat(width + 8);
  const fitted = (words: string) =>
    io.stdout.isTerminal ? broken(words, indent, io.columns()) : [`${indent}${words}`];
  return checks.flatMap(({ subject, verdict, message, fix }) => {
    const [first = "", ...more] = fitted(message);
    const start = `${paint(COLORS[verdict], verdict.padEnd(4))}  ${subject.padEnd(width)}  `;
    const fixes = fix === undefined ? [] : fitted(`fix: ${fix}`).map((line) => paint("dim", line));
    return [start + first.trimStart(), ...more, ...fixes];
  }).map((line) => `${line}\n`).join("");
}
