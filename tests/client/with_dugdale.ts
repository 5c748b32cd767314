/** A real or a fake dugdale with a client for it, for tests that show that all of them fit. @module */
import { LettsClient, lettsConfig } from "../../client/mod.ts";
import { dugdaleConfig, openDugdale } from "../../dugdale/mod.ts";
import { FakeDugdale, FakeEnd, openFakeClient } from "../../testing/mod.ts";

/** The missions that it knows, as shell scripts. */
const SCRIPTS: Readonly<Record<string, string>> = {
  count:
    `n=$(wc -c < "$LETTS_IN_text"); echo counted; echo oops >&2; echo '{"event":"progress","value":0.5}' >&3; ` +
    `cp "$LETTS_IN_text" "$LETTS_WORKDIR/out/copy"; ` +
    `echo '{"event":"output_file","key":"copy","path":"out/copy"}' >&3; ` +
    `echo "{\\"event\\":\\"success\\",\\"return\\":{\\"bytes\\":$n}}" >&3`,
  fails: `echo '{"event":"fail","message":"no such video","details":{"video":7}}' >&3; exit 3`,
  forever: `exec sleep 600`,
};

/** A running dugdale with the lanes `normal` and `paused`. */
export interface Pair extends AsyncDisposable {
  readonly client: LettsClient;
  /** A folder that goes with the pair. */
  readonly folder: string;
}

/** Opens a dugdale in a temporary folder and a client for it. */
export async function openPair(): Promise<Pair> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.mkdir(`${folder}/missions`);
  for (const [name, script] of Object.entries(SCRIPTS)) {
    await Deno.writeTextFile(`${folder}/missions/${name}.sh`, script);
  }
  const config = dugdaleConfig({
    listen: "127.0.0.1:0",
    dataDir: `${folder}/data`,
    auth: { tokens: ["d"] },
    admin: { tokens: ["a"] },
    exec: { enabled: true, tokens: ["e"], allowShell: true },
  });
  const dugdale = stack.use(await openDugdale({ config }));
  const client = stack.use(
    await LettsClient.open({
      config: lettsConfig({
        auth: { token: "d", admin_token: "a", exec_token: "e" },
        routes: { r: { host: "here", lane: "normal" } },
        dugdales: [{
          id: "here",
          url: dugdale.url,
          mission_dir: `${folder}/missions`,
          runtime: { mission_path_template: "{mission}.sh", command_template: ["sh", "{mission_path}"] },
          lanes: { normal: { concurrency: 2 }, paused: { concurrency: 1, paused: true } },
        }],
      }),
    }),
  );
  await client.apply("here");
  const open = stack.move();
  return { client, folder, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/** A fake dugdale with the same missions, and a client for it. */
export async function openFakePair(): Promise<Pair> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const dugdale = new FakeDugdale()
    .on("count", ({ file, print, progress, output }) => {
      print("counted\n");
      print("oops\n", "stderr");
      progress(0.5);
      output("copy", file("text"));
      return { bytes: file("text").length };
    })
    .on(
      "fails",
      new FakeEnd({ outcome: "failed", message: "no such video", details: { video: 7 }, exitCode: 3 }),
    )
    .on("forever", () => new Promise(() => {}))
    .on("exec", async ({ file, print, output }) => {
      print("said\n");
      output("both", await new Blob([file("db"), file("__stdin__")]).bytes());
    });
  const client = stack.use(
    await openFakeClient({ here: dugdale }, {
      yaml: {
        routes: { r: { host: "here", lane: "normal" } },
        dugdales: [{
          id: "here",
          lanes: { normal: { concurrency: 2 }, paused: { concurrency: 1, paused: true } },
        }],
      },
    }),
  );
  await client.apply("here");
  const open = stack.move();
  return { client, folder, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
