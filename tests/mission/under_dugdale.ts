/** Runs missions under a real dugdale in this process: its own folder, process groups, pipes and rules. @module */
import type { DugdaleSettings } from "../../config/dugdale/config.ts";
import { dugdaleConfig } from "../../config/dugdale/read.ts";
import { openDugdale } from "../../dugdale/daemon.ts";
import { Dugdale, type Fields } from "../contract/dugdale.ts";
import { SMALLEST } from "./run_mission.ts";

const RUNTIME = new URL("../../mission/mod.ts", import.meta.url).href;
const TOKEN = "test";

/** How a dugdale is opened. */
export interface UnderDugdaleOptions {
  /** Command of every mission. Default: Deno with the permissions that the runtime asks for. */
  readonly command?: readonly string[];
  /** Where the missions are. Default: an empty folder that {@linkcode UnderDugdale.write} fills. */
  readonly missions?: string;
  readonly settings?: Partial<Omit<DugdaleSettings, "log">>;
}

/** A mission that has ended: its record, and what it printed. */
export interface Ended {
  readonly record: Fields;
  readonly stdout: string;
  readonly stderr: string;
}

/** A dugdale with one lane. Releasing it ends its missions and removes its files. */
export class UnderDugdale implements AsyncDisposable {
  constructor(
    readonly calls: Dugdale,
    readonly missions: string,
    readonly folder: string,
    readonly resources: AsyncDisposable,
  ) {}

  /** Writes a mission script; one in TypeScript has the runtime's exports as `letts`. */
  async write(name: string, source: string): Promise<void> {
    const head = name.endsWith(".ts") ? `import * as letts from "${RUNTIME}";\n` : "";
    await Deno.writeTextFile(`${this.missions}/${name}`, head + source, { mode: 0o755 });
  }

  /** Dispatches a mission; answers its id. */
  async start(
    mission: string,
    input: unknown = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const staged = [];
    for (const [role, content] of Object.entries(files)) {
      staged.push({ role, staging_id: await this.calls.stage(content) });
    }
    return await this.calls.queue(mission, {
      lane: "only",
      input,
      ...(staged.length > 0 && { files: staged }),
    });
  }

  /** Waits for the end of a mission. */
  async ended(id: string): Promise<Ended> {
    const record = await this.calls.done(id);
    const [stdout, stderr] = [await this.calls.output(id, "stdout"), await this.calls.output(id, "stderr")];
    return { record, stdout, stderr };
  }

  /** Runs a mission to its end. */
  async run(
    mission: string,
    input: unknown = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    return await this.ended(await this.start(mission, input, files));
  }

  /** The content of an output file of a mission that succeeded. */
  async output(record: Fields, role: string): Promise<string> {
    const files = record.outputs as Readonly<Record<string, { readonly staging_id: string }>>;
    const { status, text } = await this.calls.get(`/v1/staging/${files[role]?.staging_id}`);
    if (status !== 200) throw new Error(`output ${role}: ${status} ${text}`);
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resources[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Opens a dugdale for missions. */
export async function openUnderDugdale(options: UnderDugdaleOptions = {}): Promise<UnderDugdale> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "letts_under_" }));
  const missions = options.missions ?? `${folder}/missions`;
  if (options.missions === undefined) await Deno.mkdir(missions);
  const dugdale = await openDugdale({
    config: dugdaleConfig({
      listen: "127.0.0.1:0",
      dataDir: `${folder}/data`,
      auth: { tokens: [TOKEN] },
      admin: { tokens: [TOKEN] },
      missionEnv: { inherit: ["PATH", "DENO_DIR"] },
      ...options.settings,
    }),
  });
  const calls = new Dugdale();
  calls.url = dugdale.url;
  calls.tokens = { dispatch: TOKEN, exec: TOKEN, admin: TOKEN };
  const command = options.command ?? [Deno.execPath(), "run", ...SMALLEST, "{mission_path}"];
  const reply = await calls.post("/v1/admin/apply", {
    mission_dir: missions,
    lanes: { only: { concurrency: 2 } },
    runtime: { mission_path_template: "{mission}", command_template: command, validate_mission_file: true },
  });
  if (reply.status !== 200) throw new Error(reply.text);
  return new UnderDugdale(calls, missions, folder, dugdale);
}
