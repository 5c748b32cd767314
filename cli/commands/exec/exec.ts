/** `letts exec`. @module */
import type { LettsClient } from "../../../client/client.ts";
import { Ids } from "../../../protocol/ids.ts";
import { CommandError, ExecFailedError, InterruptedError, SilentExit } from "../../errors.ts";
import { shortText } from "../../output/error_text.ts";
import { type Io, rawIo } from "../../output/io.ts";
import type { Call } from "../../parse/grammar.ts";
import { PipedFiles } from "../../parse/piped_files.ts";
import { Interrupts } from "../interrupts.ts";
import { dropRefused, type InterruptedMission, reportUnfinished } from "../run/interrupted.ts";
import { type ExecDisplay, NdjsonDisplay, PrefixDisplay, rawShow } from "./displays.ts";
import { execFanOut } from "./exec_fan_out.ts";
import { type ExecPlan, execPlan, type ExecValues } from "./exec_plan.ts";
import { endStatus, endText, execFailure } from "./exec_status.ts";
import { JsonDisplay } from "./json_display.ts";
import { outTargets, saveAll } from "./out_targets.ts";
import { runExec, sendExec } from "./run_exec.ts";

type ExecCall = Call<ExecValues>;

/** Runs a command on dugdales that allow it. */
export async function exec(call: ExecCall): Promise<void> {
  const { flags, args } = call;
  const io = flags.raw ? rawIo(call.io) : call.io;
  const client = await call.open();
  await using piped = new PipedFiles();
  const plan = await execPlan(client.config, flags, args, { io, piped });
  using interrupts = new Interrupts(io);
  const running = new Map<string, InterruptedMission>();
  const { signal } = interrupts;
  try {
    if (plan.display === "raw") return await single(call, client, plan, { io, signal, running });
    await several(call, client, plan, { io, signal, running });
  } catch (error) {
    const [only] = plan.hosts;
    if (plan.display === "raw" && only !== undefined) dropRefused(running, only.id, error);
    if (!flags.detach || error instanceof InterruptedError) {
      await reportUnfinished(io, error, running.values(), "exec");
    }
    throw execFailure(error);
  }
}

interface Watch {
  readonly io: Io;
  readonly signal: AbortSignal;
  readonly running: Map<string, InterruptedMission>;
}

async function single(call: ExecCall, client: LettsClient, plan: ExecPlan, watch: Watch): Promise<void> {
  const { flags } = call;
  const { io, signal, running } = watch;
  const [dugdale] = plan.hosts;
  if (dugdale === undefined) throw new TypeError("a plan has at least one dugdale");
  const host = dugdale.id;
  const options = {
    groupId: undefined,
    signal,
    onExec: (exec: InterruptedMission) => void running.set(host, exec),
  };
  if (flags.detach) {
    const { missionId } = await sendExec(client, dugdale, plan, options);
    return await io.stdout.write(`${missionId}\n`);
  }
  const end = await runExec(client, dugdale, plan, {
    ...options,
    show: rawShow(io),
    waitMs: plan.waitMs,
  });
  running.delete(host);
  if (end.result.success) {
    await saveAll(client, outTargets(plan.outputs, [host], false), new Map([[host, end.result]]), signal);
  }
  const text = endText(end);
  if (text !== undefined) await io.stderr.write(`letts: ${text}\n`);
  const status = endStatus(end);
  if (status !== 0) throw new SilentExit(status);
}

async function several(call: ExecCall, client: LettsClient, plan: ExecPlan, watch: Watch): Promise<void> {
  const { flags } = call;
  const { io } = watch;
  const groupId = flags["group-id"] ?? new Ids().mission();
  if (flags.detach) return await detached(call, client, plan, { groupId, ...watch });
  const displays: Readonly<Record<Exclude<ExecPlan["display"], "raw">, () => ExecDisplay>> = {
    prefix: () => new PrefixDisplay(io, client.config),
    ndjson: () => new NdjsonDisplay(io, client.config),
    json: () => new JsonDisplay({ client, io, groupId, bufferBytes: flags["output-buffer"] }),
  };
  if (plan.display === "raw") throw new TypeError("raw output is for one dugdale");
  await execFanOut(plan, { client, display: displays[plan.display](), groupId, ...watch });
}

async function detached(
  { io }: ExecCall,
  client: LettsClient,
  plan: ExecPlan,
  { groupId, signal, running }: Watch & { readonly groupId: string },
): Promise<void> {
  const onExec = (exec: InterruptedMission) => void running.set(exec.host, exec);
  const sent = await Promise.allSettled(
    plan.hosts.map((dugdale) => sendExec(client, dugdale, plan, { groupId, signal, onExec })),
  );
  signal.throwIfAborted();
  const failed: string[] = [];
  for (const [index, result] of sent.entries()) {
    if (result.status === "fulfilled") continue;
    const host = plan.hosts[index]?.id ?? "";
    failed.push(host);
    await io.stderr.write(`[FAIL] ${host} — ${shortText(result.reason, client.config)}\n`);
  }
  const accepted = sent.flatMap((result) => result.status === "fulfilled" ? [result.value.missionId] : []);
  if (accepted[0] !== undefined) await io.stdout.write(`${plan.hosts.length > 1 ? groupId : accepted[0]}\n`);
  if (failed.length > 0) {
    throw new ExecFailedError("", { cause: new CommandError(`exec failed on ${failed.join(",")}`) });
  }
}
