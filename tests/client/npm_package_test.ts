import { assert, assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import { npmPackage } from "../../build/npm.ts";
import { hasBun, hasNode, runUnder } from "./other_runtimes.ts";
import { openPair } from "./with_dugdale.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

const SCRIPT = `
import { readFileSync, writeFileSync } from "node:fs";
import { LettsClient, lettsConfig } from "@letts/letts/client";
import { mission } from "@letts/letts/mission";
import { FakeDugdale, openFakeClient } from "@letts/letts/testing";
import * as all from "@letts/letts";
const [url, folder] = process.argv.slice(2);
const dugdales = [{ id: "here", url, token: "d", admin_token: "a", lanes: { normal: { concurrency: 2 } } }];
const client = await LettsClient.open({ config: lettsConfig({ dugdales }) });
try {
  const path = folder + "/text";
  writeFileSync(path, new Uint8Array(new Uint32Array(750_000).map((_, index) => index).buffer));
  const ref = await client.dispatch({ lane: "normal" }, { mission: "count", files: { text: path } });
  const events = [];
  for await (const event of client.follow(ref)) events.push(event.event);
  const record = await client.getMission(ref.missionId);
  await client.saveOutput(record, "copy", folder + "/copy");
  const { staging_id, size } = await client.upload("here", path);
  await client.saveDownload("here", staging_id, folder + "/again");
  const text = readFileSync(path);
  const same = ["copy", "again"].map((name) => readFileSync(folder + "/" + name).equals(text));
  const embedded = await LettsClient.embedded({ missions: folder }).catch((error) => error.message);
  const kinds = [mission, FakeDugdale, all.LettsClient].map((value) => typeof value);
  const facts = { events, returned: record.return, size, same, embedded, kinds };
  const hasSqlite = process.getBuiltinModule("node:sqlite") !== undefined;
  console.log(JSON.stringify({ ...facts, hasSqlite, faked: await runFaked().catch((error) => error.message) }));
} finally {
  await client[Symbol.asyncDispose]();
}

async function runFaked() {
  const fake = new FakeDugdale().on("m", ({ file }) => ({ bytes: file("f").length }));
  const client = await openFakeClient({ s1: fake });
  try {
    for (let count = 0; count < 2; count++) {
      await client.run({ route: "normal" }, { mission: "m", files: { f: new Uint8Array(3) } });
    }
    const returned = [];
    for await (const mission of client.listMissions("s1", { limit: 1 })) returned.push(mission.return.bytes);
    return returned;
  } finally {
    await client[Symbol.asyncDispose]();
    await fake[Symbol.asyncDispose]();
  }
}
`;

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Puts the package and what it depends on where Node finds them, from the packages that this runtime has already. */
async function install(folder: string): Promise<void> {
  const modules = `${folder}/node_modules`;
  await npmPackage(`${modules}/@letts/letts`);
  const { dependencies }: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
    await Deno.readTextFile(`${modules}/@letts/letts/package.json`),
  );
  const { npmCache }: { readonly npmCache: string } = JSON.parse(await deno("info", "--json"));
  for (const [name, range] of Object.entries(dependencies)) {
    const place = `${name}/${range.replace("^", "")}`;
    const registry = [...Deno.readDirSync(npmCache)].find(({ name }) =>
      exists(`${npmCache}/${name}/${place}`)
    );
    assert(registry !== undefined, `${place} is not in ${npmCache}`);
    await Deno.mkdir(dirname(`${modules}/${name}`), { recursive: true });
    await Deno.symlink(`${npmCache}/${registry.name}/${place}`, `${modules}/${name}`);
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

const INSTALLED = { node: await hasNode(), bun: await hasBun() };

Deno.test({
  name:
    "The npm package dispatches, follows, uploads and downloads under other runtimes, and has a fake dugdale where SQLite is",
  ignore: !INSTALLED.node && !INSTALLED.bun,
  async fn(test) {
    await using pair = await openPair();
    await install(pair.folder);
    await Deno.writeTextFile(`${pair.folder}/script.mjs`, SCRIPT);
    const { config } = pair.client;
    const url = config.baseUrl(config.dugdale("here")).href;
    for (const runtime of ["node", "bun"] as const) {
      await test.step({
        name: runtime,
        ignore: !INSTALLED[runtime],
        async fn() {
          const flags = runtime === "node" ? ["--disable-warning=ExperimentalWarning"] : []; // SQLite in Node 22
          const args = [...flags, `${pair.folder}/script.mjs`, url, pair.folder];
          const { stdout, stderr } = await runUnder(runtime, ...args);
          assertEquals(stderr, "");
          const { hasSqlite, ...facts } = JSON.parse(stdout);
          assertEquals(facts, {
            events: ["queued", "running", "progress", "done"],
            returned: { bytes: 3_000_000 },
            size: 3_000_000,
            same: [true, true],
            embedded: "an embedded dugdale needs Deno",
            kinds: ["function", "function", "function"],
            faked: hasSqlite ? [3, 3] : "a dugdale needs node:sqlite: Deno, Bun, or Node 22.13 or newer",
          });
        },
      });
    }
  },
});
