import { assertEquals, assertMatch } from "@std/assert";
import { OWN_TOKENS } from "../contract/settings.ts";
import { newId } from "../contract/ids.ts";
import { type Daemon, Place, until } from "../contract/daemon.ts";

const OLD = "the first dispatch token", NEW = "the second dispatch token";

/** Whether a dispatch token is accepted. */
async function accepts(daemon: Daemon, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${daemon.url}/v1/missions/${newId()}`, { headers });
  await response.body?.cancel();
  return response.status === 404;
}

function logged(place: Place, text: string): Promise<void> {
  return until(async () => (await place.printed("stderr")).includes(text));
}

Deno.test("SIGHUP changes tokens in place and names what needs a restart", async () => {
  await using place = await Place.make({ auth: { tokens: [OLD] } });
  await using daemon = await place.start();
  const listen = new URL(daemon.url).host;
  assertEquals([await accepts(daemon, OLD), await accepts(daemon, NEW)], [true, false]);
  await place.configure(listen, { auth: { tokens: [NEW] }, network: { max_connections: 77 } });
  daemon.signal("SIGHUP");
  await logged(place, "configuration reloaded");
  assertEquals([await accepts(daemon, OLD), await accepts(daemon, NEW)], [false, true]);
  assertMatch(await place.printed("stderr"), /"needs_restart":\["network"\]/);
});

Deno.test("SIGHUP changes tokens with names, and opens and closes GET /v1/metrics", async () => {
  const named = { name: "n", token: OLD, scopes: ["dispatch"] };
  await using place = await Place.make({ tokens: [named] });
  await using daemon = await place.start();
  const listen = new URL(daemon.url).host;
  assertEquals([await accepts(daemon, OLD), await accepts(daemon, NEW)], [true, false]);
  await place.configure(listen, {
    tokens: [{ ...named, expires: "2020-01-01" }, { ...named, name: "m", token: NEW }],
    network: { open_metrics: false },
  });
  daemon.signal("SIGHUP");
  await logged(place, "configuration reloaded");
  assertEquals([await accepts(daemon, OLD), await accepts(daemon, NEW)], [false, true]);
  const metrics = await fetch(`${daemon.url}/v1/metrics`);
  assertEquals([metrics.status, (await metrics.json()).error], [401, "unauthorized"]);
  assertEquals((await place.printed("stderr")).includes("needs_restart"), false);
});

Deno.test("POST /v1/admin/reload reads the file again, and refuses one that cannot be used", async () => {
  await using place = await Place.make({ auth: { tokens: [OLD] } });
  await using daemon = await place.start();
  const listen = new URL(daemon.url).host;
  const reload = async (): Promise<[number, unknown]> => {
    const headers = { authorization: `Bearer ${OWN_TOKENS.admin}` };
    const response = await fetch(`${daemon.url}/v1/admin/reload`, { method: "POST", headers });
    return [response.status, await response.json()];
  };
  await place.configure(listen, { auth: { tokens: [NEW] } });
  assertEquals(await reload(), [200, { needs_restart: [] }]);
  assertEquals(await accepts(daemon, NEW), true);
  await place.configure(listen, { auth: { tokens: ["x"] } });
  const [status, problem] = await reload();
  assertEquals(status, 400);
  assertMatch(JSON.stringify(problem), /auth\.tokens\[0\].*4 characters/);
  assertEquals(await accepts(daemon, NEW), true);
});

Deno.test("SIGHUP with a file that cannot be used changes nothing and says why", async () => {
  await using place = await Place.make({ auth: { tokens: [OLD] } });
  await using daemon = await place.start();
  await place.configure(new URL(daemon.url).host, { auth: { tokens: ["change-me-please"] } });
  daemon.signal("SIGHUP");
  await logged(place, "reload failed");
  assertMatch(await place.printed("stderr"), /auth\.tokens\[0\].*placeholder/);
  assertEquals(await accepts(daemon, OLD), true);
});

Deno.test("tokens come from variables and from a file of their own", async () => {
  await using place = await Place.make({
    auth: { tokens: ["${LETTS_TEST_TOKEN}"], token_file: "tokens" },
  });
  const file = `${place.dir}/tokens`;
  await Deno.writeTextFile(file, `# rotated monthly\n\n${NEW}\n`, { mode: 0o600 });
  await using daemon = await place.start({ env: { LETTS_TEST_TOKEN: OLD } });
  assertEquals([await accepts(daemon, OLD), await accepts(daemon, NEW)], [true, true]);
  assertEquals(await accepts(daemon, "${LETTS_TEST_TOKEN}"), false);
});

for (
  const [what, settings, message] of [
    ["an unset variable", { auth: { tokens: ["${LETTS_NOT_SET}"] } }, /LETTS_NOT_SET/],
    ["a token of one letter", { admin: { tokens: ["x"] } }, /admin\.tokens\[0\].*4 characters/],
    ["a missing token file", { auth: { token_file: "missing" } }, /missing.*cannot be read/],
  ] as const
) {
  Deno.test(`a dugdale does not start with ${what}: exit 3, and the key is named`, async () => {
    await using place = await Place.make(settings);
    await place.configure("127.0.0.1:0");
    await using daemon = place.spawn();
    assertEquals((await daemon.exited).code, 3);
    assertMatch(await place.printed("stdout"), message);
  });
}

Deno.test("--check-config warns of short tokens and of tokens that open several scopes", async () => {
  await using place = await Place.make({ auth: { tokens: ["shared"] }, admin: { tokens: ["shared"] } });
  await place.configure("127.0.0.1:0");
  await using daemon = place.spawn({ flags: ["--check-config"] });
  assertEquals((await daemon.exited).code, 0);
  // The folder is searched for tokens that were printed when it is removed; keys alone are named.
  const printed = await place.printed("stdout");
  assertMatch(printed, /warning: auth\.tokens\[0\] is short/);
  assertMatch(printed, /warning: auth\.tokens\[0\] and admin\.tokens\[0\] are the same token/);
});

Deno.test("L21 three outputs of the log get each line; SIGHUP opens files again and sets levels of events", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/log`;
    const outputs = [
      { name: "out", type: "stdout" },
      { name: "err", type: "stderr", format: "text" },
      { name: "file", type: "file", path },
    ];
    await using place = await Place.make({ log: { outputs, events: { "dugdale started": "error" } } });
    await using daemon = await place.start();
    const listen = new URL(daemon.url).host;
    const has = (read: () => Promise<string>, line: RegExp) => until(async () => line.test(await read()));
    // Between its renaming and SIGHUP there is none.
    const file = () => Deno.readTextFile(path).catch(() => "");
    await has(() => place.printed("stdout"), /"level":"ERROR","msg":"dugdale started"/);
    await has(() => place.printed("stderr"), /level=ERROR msg="dugdale started"/);
    await has(file, /"level":"ERROR","msg":"dugdale started"/);
    await Deno.rename(path, `${path}.1`);
    await place.configure(listen, { log: { outputs, events: { "configuration reloaded": "warn" } } });
    daemon.signal("SIGHUP");
    await has(file, /"level":"WARN","msg":"configuration reloaded"\}\n/);
    assertEquals((await Deno.readTextFile(`${path}.1`)).includes("configuration reloaded"), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("L21 a log output whose file cannot be written is a fault of the configuration: exit code 3", async () => {
  const outputs = [{ name: "lost", type: "file", path: "/nowhere/to/be/found/log" }];
  await using place = await Place.make({ log: { outputs } });
  await place.configure("127.0.0.1:0");
  await using daemon = place.spawn();
  assertEquals((await daemon.exited).code, 3);
  assertMatch(await place.printed("stdout"), /log\.outputs\[0\]\.path: cannot be used/);
});
