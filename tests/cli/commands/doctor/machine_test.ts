/** `letts doctor` about the machine of a dugdale: its missions, their programs, its readiness. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { dugdaleConfig, openDugdale } from "../../../../dugdale/mod.ts";
import { Scripted } from "../../../client/scripted.ts";
import { cli } from "../../cli_process.ts";
import { openFleet } from "../../fleet.ts";

interface Told {
  readonly verdict: string;
  readonly message: string;
  readonly fix?: string;
}

async function findings(cwd: string): Promise<readonly string[]> {
  const { stdout } = await cli(["doctor", "-o", "json"], { cwd });
  const told: Told[] = JSON.parse(stdout);
  return told.filter(({ verdict }) => verdict !== "ok").map(({ verdict, message }) =>
    `${verdict} ${message}`
  );
}

/** A dugdale whose missions have a PATH without Deno, and the folder of its letts.yaml. */
async function openMachine() {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "letts-doctor-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.mkdir(`${folder}/missions`);
  await Deno.mkdir(`${folder}/bin`);
  const config = dugdaleConfig({
    listen: "127.0.0.1:0",
    dataDir: `${folder}/data`,
    auth: { tokens: ["d-token"] },
    admin: { tokens: ["a-token"] },
    missionEnv: { set: { PATH: `${folder}/bin` } },
  });
  const dugdale = stack.use(await openDugdale({ config }));
  const apply = async (command = ["/bin/sh", "{mission_path}"], missions = `${folder}/missions`) => {
    const yaml = {
      auth: { token: "d-token", admin_token: "a-token" },
      dugdales: [{
        id: "s1",
        url: dugdale.url,
        mission_dir: missions,
        runtime: { command_template: command },
        lanes: { normal: { concurrency: 1 } },
      }],
    };
    await Deno.writeTextFile(`${folder}/letts.yaml`, JSON.stringify(yaml), { mode: 0o600 });
    const { code, stderr } = await cli(["apply", "-q", "-f", "letts.yaml"], { cwd: folder });
    assertEquals(code, 0, stderr);
  };
  await apply();
  const open = stack.move();
  return { folder, dugdale, apply, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

Deno.test("letts doctor sees missions that are not there, that all users can write, and programs that they lack", async () => {
  await using machine = await openMachine();
  const { folder, apply } = machine, missions = `${folder}/missions`;
  assertEquals(await findings(folder), []);
  await Deno.chmod(missions, 0o777);
  assertEquals(await findings(folder), [
    `warn mission_dir ${missions} can be written by every user: its mode is 777`,
  ]);
  await Deno.chmod(missions, 0o755);
  await Deno.writeTextFile(`${missions}/a.ts`, "#!/usr/bin/env -S deno run\n", { mode: 0o755 });
  const deno = `warn a.ts needs deno, which is not on the PATH of missions: ${folder}/bin`;
  assertEquals(await findings(folder), [deno]);
  await apply([Deno.execPath(), "run", "{mission_path}"]);
  assertEquals(await findings(folder), []);
  await apply(["no-such-program", "{mission_path}"]);
  const [program, ...more] = await findings(folder);
  assertStringIncludes(
    program ?? "",
    "fail no-such-program, which command_template starts, is not on the PATH",
  );
  assertEquals(more, [deno]);
  await Deno.symlink(Deno.execPath(), `${folder}/bin/deno`);
  await apply([`${folder}/gone`, "{mission_path}"]);
  assertEquals(await findings(folder), [`fail ${folder}/gone, which command_template starts, cannot be run`]);
  await apply(["{mission_path}"], `${folder}/none`);
  assertEquals(await findings(folder), [`fail mission_dir ${folder}/none is not there`]);
  await apply(["{mission_path}"], `${missions}/a.ts`);
  assertEquals(await findings(folder), [`fail mission_dir ${missions}/a.ts is not a folder`]);
});

Deno.test("letts doctor sees that a dugdale is shutting down", async () => {
  await using machine = await openMachine();
  machine.dugdale.drain();
  assertEquals(await findings(machine.folder), [
    "warn it is shutting down: it starts no mission and accepts none",
  ]);
});

Deno.test("letts doctor says what a dugdale that is not ready waits for, and when that cannot be asked", async () => {
  await using fleet = await openFleet(1);
  const yaml = await Deno.readTextFile(`${fleet.folder}/letts.yaml`);
  let refusal: readonly [status: number, code: string | undefined] = [503, "awaiting_apply"];
  await using proxy = new Scripted(({ target, headers }) => {
    if (target !== "/v1/readyz") return fetch(`${fleet.urls[0]}${target}`, { headers });
    const [status, error] = refusal;
    return error === undefined
      ? new Response("no", { status })
      : Response.json({ error, message: "not ready" }, { status });
  });
  const at = `http://127.0.0.1:${proxy.port}`;
  await Deno.writeTextFile(`${fleet.folder}/letts.yaml`, yaml.replace(fleet.urls[0] ?? "", at));
  assertEquals(await findings(fleet.folder), []); // the first apply is a finding of its own
  for (
    const [status, code, finding] of [
      [503, "awaiting_manual_repair", "fail its database is damaged: it accepts no mission"],
      [503, "db_error", "fail its database cannot be written: it accepts no mission"],
      [403, undefined, `warn GET /v1/readyz: dugdale ${at} 403`],
    ] as const
  ) {
    refusal = [status, code];
    assertEquals(await findings(fleet.folder), [finding]);
  }
});
