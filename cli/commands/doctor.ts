/** `letts doctor`. @module */
import type { Call } from "../call.ts";
import { type Check, checkDugdale, type Verdict } from "../doctor/checks.ts";
import { CommandError } from "../errors.ts";
import type { DOCTOR_FLAGS } from "../flags/tool_flags.ts";
import type { Values } from "../grammar.ts";
import { type Color, paintFor } from "../print/color.ts";
import { writeResult } from "../print/record.ts";

const COLORS: Readonly<Record<Verdict, Color>> = { ok: "green", warn: "yellow", fail: "red" };

/** Looks for everything that could be wrong between here and the dugdales. */
export async function doctor(call: Call<Values<typeof DOCTOR_FLAGS>>): Promise<void> {
  const { flags, globals, io } = call;
  const client = await call.open();
  const dugdales = client.dugdales(flags.match);
  const found: Check[] = [{
    subject: "letts.yaml",
    verdict: dugdales.length > 0 ? "ok" : "fail",
    message: `${client.config.file}: ${dugdales.length} ${dugdales.length === 1 ? "dugdale" : "dugdales"}`,
  }];
  const checked = await Promise.all(dugdales.map((dugdale) => checkDugdale(client, dugdale)));
  const checks = [...found, ...checked.flat()];
  const paint = paintFor(io.stdout, io);
  const width = Math.max(...checks.map(({ subject }) => subject.length));
  const text = () =>
    checks.map(({ subject, verdict, message }) =>
      `${paint(COLORS[verdict], verdict.padEnd(4))}  ${subject.padEnd(width)}  ${message}\n`
    ).join("");
  await writeResult(io.stdout, globals.output, checks, text);
  const failed = checks.filter(({ verdict }) => verdict === "fail").length;
  if (failed > 0) throw new CommandError(`${failed} of ${checks.length} checks failed`);
}
