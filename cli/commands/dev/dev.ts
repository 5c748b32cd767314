/** `letts dev`. @module */
import { mkdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { isUsableFile } from "../../../config/letts/discover.ts";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import { lettsConfig } from "../../../config/letts/config.ts";
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import { type Dugdale, openDugdale } from "../../../dugdale/daemon.ts";
import { inheritedEnv } from "../../../dugdale/embedded.ts";
import { findDeno, missionStarter } from "../../../dugdale/interpreters.ts";
import { openUi } from "../../../ui/server.ts";
import { InterruptedError, UsageError } from "../../errors.ts";
import { clientOf } from "../../open_client.ts";
import { paintFor } from "../../output/color.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { Interrupts } from "../interrupts.ts";
import type { DEV_FLAGS } from "./command.ts";
import { MissionLog } from "./mission_log.ts";

type DevCall = Call<Values<typeof DEV_FLAGS>>;

/** Runs a dugdale for the missions of a folder until Ctrl-C. */
export async function dev(call: DevCall): Promise<void> {
  const { flags, globals, args: [given], io } = call;
  const folder = given === undefined ? foundFolder(globals.config || "letts.yaml") : missionFolder(given);
  using interrupts = new Interrupts(io);
  await using stack = new AsyncDisposableStack();
  const dataDir = openDataDir(flags["data-dir"], stack);
  const tokens = {
    token: crypto.randomUUID(),
    admin_token: crypto.randomUUID(),
    exec_token: crypto.randomUUID(),
  };
  const log = new MissionLog(io.stderr, paintFor(io.stderr, io));
  const dugdale = stack.use(
    await openDugdale({
      config: dugdaleConfig({
        listen: `127.0.0.1:${flags.port}`,
        dataDir,
        auth: { tokens: [tokens.token] },
        admin: { tokens: [tokens.admin_token] },
        exec: { enabled: true, tokens: [tokens.exec_token], allowShell: true },
        missionEnv: inheritedEnv(),
      }),
      log,
      onMission: log.hear,
    }),
  );
  const { lettsYaml, config } = await applied(call, dugdale, { folder, dataDir, tokens });
  const ui = stack.use(await openUi({ config, listen: "127.0.0.1:0", title: "letts dev" }));
  await io.stdout.write(
    `dugdale  ${dugdale.url}\nmissions ${folder}\nui       ${ui.link}\n\nIn another shell:\n  export LETTS_CONFIG=${lettsYaml}\n` +
      `  letts run --route dev --mission <file>\n\n`,
  );
  // A signal may have arrived while these lines were written.
  if (!interrupts.signal.aborted) {
    await new Promise<void>((resolve) =>
      interrupts.signal.addEventListener("abort", () => resolve(), { once: true })
    );
  }
  if (dugdale.live.length > 0) await io.stderr.write(`letts: ending ${dugdale.live.length} missions\n`);
  const { reason }: { reason?: unknown } = interrupts.signal;
  if (reason instanceof InterruptedError && reason.signal === "SIGTERM") throw reason;
}

function missionFolder(given: string): string {
  try {
    const folder = realpathSync(given);
    if (isFolder(folder)) return folder;
  } catch (cause) {
    throw new UsageError(`there is no folder ${given}`, { cause });
  }
  throw new UsageError(`${given} is not a folder`);
}

/** The missions beside letts.yaml, where `letts init` puts them; otherwise this folder. */
function foundFolder(lettsYaml: string): string {
  const beside = join(dirname(lettsYaml), "missions");
  return isUsableFile(lettsYaml) && isFolder(beside) ? missionFolder(beside) : missionFolder(".");
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function openDataDir(given: string | undefined, stack: AsyncDisposableStack): string {
  if (given !== undefined) {
    mkdirSync(given, { recursive: true, mode: 0o700 });
    return realpathSync(given);
  }
  const folder = realpathSync(Deno.makeTempDirSync({ prefix: "letts-dev-" }));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface DevFacts {
  readonly folder: string;
  readonly dataDir: string;
  readonly tokens: { readonly token: string; readonly admin_token: string; readonly exec_token: string };
}

/** Configures the dugdale for the missions, and writes a letts.yaml for it. */
async function applied(
  call: DevCall,
  dugdale: Dugdale,
  { folder, dataDir, tokens }: DevFacts,
): Promise<{ readonly lettsYaml: string; readonly config: LettsConfig }> {
  const { flags, globals, io } = call;
  const runner = `${dataDir}/run_mission.sh`;
  await Deno.writeTextFile(runner, missionStarter(findDeno() ?? "deno"));
  const yaml = {
    auth: tokens,
    routes: { default: { host: "dev", lane: "default" }, dev: { host: "dev", lane: "default" } },
    dugdales: [{
      id: "dev",
      url: dugdale.url,
      mission_dir: folder,
      runtime: {
        mission_path_template: "{mission}",
        command_template: ["/bin/sh", runner, "{mission_path}", "{mission}"],
      },
      lanes: { default: { concurrency: flags.concurrency } },
    }],
  };
  const path = `${dataDir}/letts.yaml`;
  await Deno.writeTextFile(path, stringify(yaml), { mode: 0o600 });
  const config = lettsConfig(yaml);
  call.describeErrorsWith(config);
  await using client = await clientOf(config, globals, io);
  await client.apply("dev", undefined, { force: true, prune: true });
  return { lettsYaml: path, config };
}
