/** `letts doctor`. @module */
import { statSync } from "node:fs";
import { ConfigError } from "../../../config/config_error.ts";
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import { CommandError, SilentExit } from "../../errors.ts";
import { type Color, paintFor } from "../../output/color.ts";
import type { Io } from "../../output/io.ts";
import { writeResult } from "../../output/record.ts";
import { broken } from "../../output/wrapped.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { findDeno } from "../../../dugdale/interpreters.ts";
import { denoChecks, isDenoChosen } from "./deno_check.ts";
import { type Check, checkDugdale } from "./checks.ts";
import type { DOCTOR_FLAGS } from "./command.ts";
import { unitChecks } from "./unit_check.ts";
import type { Verdict } from "./vitals.ts";

const COLORS: Readonly<Record<Verdict, Color>> = { ok: "green", warn: "yellow", fail: "red" };

type DoctorCall = Call<Values<typeof DOCTOR_FLAGS>>;

/** Checks letts.yaml and every dugdale. */
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
  return [
    ...denoChecks(findDeno(), isDenoChosen()),
    ...await unitChecks(),
    ...configChecks(client.config, dugdales.length),
    ...checked.flat(),
  ];
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

const SUBJECT = "letts.yaml";

/** Findings in a valid file. @param count Number of dugdales to check. */
function configChecks(config: LettsConfig, count: number): readonly Check[] {
  const found = `${config.file}: ${count} ${count === 1 ? "dugdale" : "dugdales"}`;
  if (count === 0) {
    return [{
      subject: SUBJECT,
      verdict: "fail",
      message: found,
      fix: "name dugdales in it, or another label in --match",
    }];
  }
  return [{ subject: SUBJECT, verdict: "ok", message: found }, ...secrets(config)];
}

function secrets({ file, plainTokens }: LettsConfig): readonly Check[] {
  if (file === undefined || Deno.build.os === "windows") return [];
  if (plainTokens.length === 0) {
    return [{ subject: SUBJECT, verdict: "ok", message: "no plain tokens in it" }];
  }
  const open = (statSync(file).mode & 0o077) !== 0;
  if (!open) {
    return [{ subject: SUBJECT, verdict: "ok", message: "plain tokens, readable by the owner only" }];
  }
  return [{
    subject: SUBJECT,
    verdict: "warn",
    message: "plain tokens, readable by other users",
    fix: `chmod 600 ${file}, or write \${NAME} and set the variable`,
  }];
}

/** Findings about an invalid file. */
function brokenConfig(error: ConfigError): Check {
  const fixes: Partial<Record<ConfigError["stage"], string>> = {
    discovery: "letts init makes one, --config names one",
    permissions: "chmod 600 the file, or write ${NAME} for the token and set the variable",
    parse: "letts.example.yaml explains every key",
  };
  const fix = fixes[error.stage];
  return {
    subject: SUBJECT,
    verdict: "fail",
    message: error.message,
    ...(fix === undefined ? {} : { fix }),
  };
}
