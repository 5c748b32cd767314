import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort, Place, type StartOptions } from "./daemon.ts";
import type { Dugdale } from "./dugdale.ts";
import { apply, callsTo, ownTest, STATE } from "./harness.ts";
import { rawRequest } from "./raw_http.ts";
import { OWN_TOKENS, type Settings } from "./settings.ts";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a dugdale that is expected to end by itself. */
async function ended(place: Place, options: StartOptions = {}): Promise<Ended> {
  const { code } = await place.spawn(options).exited;
  const [stdout, stderr] = await Promise.all([place.printed("stdout"), place.printed("stderr")]);
  for (const token of Object.values(OWN_TOKENS)) {
    assert(!`${stdout}${stderr}`.includes(token), "a token was printed");
  }
  return { code, stdout, stderr };
}

/** Runs a dugdale with these settings and flags that is expected to end by itself. */
async function endedWith(settings: Settings, ...flags: string[]): Promise<Ended> {
  await using place = await Place.make();
  await place.configure("127.0.0.1:0", settings);
  return await ended(place, { flags });
}

ownTest("--version and --help print and exit with 0", async () => {
  for (const flag of ["--version", "-version", "--version=true"]) {
    const { code, stdout } = await endedWith({}, flag);
    assertEquals(code, 0);
    assertMatch(stdout, /^dugdale \S+ \(commit=\S+, built_at=\S+\)\n$/);
  }
  for (const flag of ["--help", "-h", "-help"]) {
    const { code, stdout } = await endedWith({}, flag);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "Usage");
  }
});

ownTest("a bad flag is reported with the usage on stdout, and ends with 2", async () => {
  for (const flag of ["--colour", "--check-config=perhaps", "--log-level", "---help", "--=x"]) {
    const { code, stdout, stderr } = await endedWith({}, flag);
    assertEquals([code, stderr], [2, ""], flag);
    assertStringIncludes(stdout, "Usage");
    assertStringIncludes(stdout, flag.replace(/^-+|=.*/g, ""));
  }
});

ownTest(
  "--check-config says ok or one line about what is wrong, on stdout, and touches nothing",
  async () => {
    await using place = await Place.make();
    await place.configure("127.0.0.1:0");
    for (
      const flags of [["--check-config"], ["-check-config", "--migrate-only"], [
        "--check-config=1",
        "rest",
        "--colour",
      ]]
    ) {
      assertEquals((await ended(place, { flags })).code, 0);
    }
    assertEquals(await place.printed("stdout"), "ok\n".repeat(3));
    assertEquals([...Deno.readDirSync(place.dir)].map(({ name }) => name).sort(), [
      "dugdale.yaml",
      "stderr",
      "stdout",
    ]);
  },
);

const REFUSED: readonly (readonly [what: string, settings: Settings, prefix: string, names: string])[] = [
  ["an unknown key", { colour: "red" }, "config parse: ", "colour"],
  ["an unknown key in a group", { limits: { max_colours: 3 } }, "config parse: ", "max_colours"],
  ["a wrong type", { auth: { tokens: "x" } }, "config parse: ", "tokens"],
  ["a bad duration", { limits: { default_kill_grace: "5 parsecs" } }, "config parse: ", "5 parsecs"],
  ["a bad size", { limits: { max_output_buffer: "5 MB" } }, "config parse: ", "5 MB"],
  ["no listen address", { listen: "" }, "config parse: ", "listen"],
  ["no data directory", { data_dir: "" }, "config parse: ", "data_dir"],
  ["tokens in the clear on every interface", { listen: "0.0.0.0:0" }, "config parse: ", "admin"],
  ["a mission variable of ours", { mission_env: { set: { LETTS_X: "1" } } }, "config parse: ", "LETTS_X"],
  [
    "exec without tokens",
    { exec: { enabled: true, tokens: [] }, admin: { tokens: [] } },
    "config parse: ",
    "exec",
  ],
  ["a bad log level", { log: { level: "loud" } }, "config parse: ", "loud"],
  [
    "no headroom for a return value",
    { limits: { max_return_value_size: "1MiB" } },
    "config parse: ",
    "max_return_value_size",
  ],
  [
    "a data directory in a folder that is not there",
    { data_dir: "/nowhere/at/all" },
    "config paths: ",
    "/nowhere/at",
  ],
  ["a data directory that is a file", { data_dir: "/etc/hostname" }, "config paths: ", "/etc/hostname"],
  ["a data directory that cannot be written", { data_dir: "/proc/letts" }, "config paths: ", "/proc"],
  [
    "a log in a folder that is not there",
    { log: { output: "/nowhere/at/all.log" } },
    "config paths: ",
    "/nowhere/at",
  ],
];
for (const [what, settings, prefix, names] of REFUSED) {
  ownTest(`${what} is refused with 3 and one line on stdout`, async () => {
    const runs = await Promise.all([endedWith(settings), endedWith(settings, "--check-config")]);
    for (const { code, stdout, stderr } of runs) {
      assertEquals([code, stderr], [3, ""], stdout);
      assertMatch(stdout, /^[^\n]+\n$/);
      assert(stdout.startsWith(prefix) && stdout.includes(names), stdout);
    }
  });
}

ownTest("a configuration with secrets must be readable by its owner only", async () => {
  await using place = await Place.make();
  await place.configure("127.0.0.1:0");
  for (const [mode, code] of [[0o644, 3], [0o640, 3], [0o700, 3], [0o400, 0], [0o600, 0]] as const) {
    await Deno.chmod(place.configFile, mode);
    assertEquals((await ended(place, { flags: ["--check-config"] })).code, code, mode.toString(8));
  }
  await Deno.chmod(place.configFile, 0o644);
  assertEquals((await ended(place, { flags: ["--check-config", "--insecure-config-permissions"] })).code, 0);
});

ownTest("a file that is not there, and none at all, end with 3", async () => {
  await using place = await Place.make();
  const missing = await ended(place, { flags: ["--check-config"] });
  assertEquals(missing.code, 3);
  assertMatch(missing.stdout, /^config parse: [^\n]+\n$/);
});

ownTest("without --config the file is found by DUGDALE_CONFIG, then in the current folder", async () => {
  await using place = await Place.make();
  const flags = ["--check-config"], named = false;
  if (!existsSync("/etc/letts/dugdale/default.yaml")) {
    const none = await ended(place, { flags, named });
    assertEquals(none.code, 3);
    assertMatch(none.stdout, /^config discovery: [^\n]+\n$/);
  }
  await place.configure("127.0.0.1:0");
  assertEquals((await ended(place, { flags, named })).code, 0);
  const elsewhere = await ended(place, { flags, named, env: { DUGDALE_CONFIG: `${place.dir}/other.yaml` } });
  assertEquals(elsewhere.code, 3);
});

ownTest("bad log flags end with 3; good ones override the file", async () => {
  for (const flags of [["--log-level", "loud"], ["--log-format=xml"]]) {
    const { code, stdout } = await endedWith({}, ...flags);
    assertEquals(code, 3);
    assertMatch(stdout, /^log init: [^\n]+\n$/);
  }
  await using place = await Place.make();
  {
    await using _daemon = await place.start({ flags: ["--log-level", " WARNING ", "--log-format", "Text"] });
  }
  assertEquals(await place.printed("stderr"), "");
});

ownTest("--migrate-only makes the database and nothing else, and not while a dugdale runs", async () => {
  await using place = await Place.make();
  await place.configure("127.0.0.1:0");
  const { code, stdout } = await ended(place, { flags: ["--migrate-only"] });
  assertEquals([code, stdout], [0, "migrations applied\n"]);
  const made = [...Deno.readDirSync(place.dataDir)].map(({ name }) => name);
  assert(
    made.includes("state.db") &&
      !made.some((name) => ["output", "staging", "tombstone", "work"].includes(name)),
  );
  await using _daemon = await place.start();
  assertEquals((await ended(place, { flags: ["--migrate-only"] })).code, 1);
});

ownTest(
  "a second dugdale on the same data directory ends with 1 and leaves the first one alone",
  async () => {
    await using place = await Place.make();
    await using daemon = await place.start();
    const lock = await Deno.readTextFile(`${place.dataDir}/dugdale.lock`);
    assertEquals(lock.split("\n").map((line) => line.split("=")[0]), [
      "pid",
      "host",
      "version",
      "listen",
      "os",
      "",
    ]);
    assert(lock.includes(`pid=${daemon.pid}\n`), lock);
    const before = await place.printed("stderr");
    await place.configure(`127.0.0.1:${freePort()}`);
    const { code, stderr } = await ended(place);
    assertEquals(code, 1);
    const record = errorOf(stderr.slice(before.length));
    assertStringIncludes(record, "dugdale.lock");
    assertStringIncludes(record, `pid=${daemon.pid}`);
    assertEquals(await Deno.readTextFile(`${place.dataDir}/dugdale.lock`), lock);
    assertEquals((await callsTo(daemon).get("/v1/healthz")).status, 200);
  },
);

ownTest("a port that is taken or invalid ends with 1 and names the address", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  for (const listen of [taken, "127.0.0.1:99999", "127.0.0.1:http"]) {
    const { code, stderr } = await endedWith({ listen });
    assertEquals(code, 1);
    assertStringIncludes(errorOf(stderr), listen);
  }
});

ownTest(
  "a database of a newer version, or a file that is no database, ends with 1 and is left as it is",
  async () => {
    await using place = await Place.make();
    await place.configure("127.0.0.1:0");
    await Deno.mkdir(place.dataDir);
    const file = `${place.dataDir}/state.db`;
    {
      using database = new DatabaseSync(file);
      database.exec("PRAGMA user_version = 9999");
    }
    const newer = await ended(place);
    assertEquals(newer.code, 1);
    assertStringIncludes(errorOf(newer.stderr), "9999");
    for (const end of ["", "-wal", "-shm"]) await Deno.remove(`${file}${end}`).catch(() => undefined);
    await Deno.writeTextFile(file, "this is no database, whatever its name says\n".repeat(100));
    const before = await place.printed("stderr");
    const none = await ended(place);
    assertEquals(none.code, 1);
    errorOf(none.stderr.slice(before.length));
    assertStringIncludes(await Deno.readTextFile(file), "this is no database");
  },
);

ownTest("the log has one JSON object a line", async () => {
  await using place = await Place.make();
  {
    await using daemon = await place.start();
    await callsTo(daemon).get("/v1/admin/state");
    await callsTo(daemon).get("/v1/admin/state", { as: "anonymous" });
  }
  const text = await place.printed("stderr");
  const records = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  for (const { time, level, msg } of records) {
    assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d)$/);
    assert(["DEBUG", "INFO", "WARN", "ERROR"].includes(level) && typeof msg === "string");
  }
  assertEquals([records[0].msg, records.at(-1).msg], ["dugdale started", "dugdale stopped cleanly"]);
  const statuses = records.filter(({ msg, path }) => msg === "request" && path === "/v1/admin/state");
  assertEquals(statuses.map(({ method, status }) => [method, status]), [["GET", 200], ["GET", 401]]);
});

for (const format of ["json", "text"]) {
  ownTest(`no token is logged as ${format}, right or wrong, wherever it was sent`, async () => {
    await using place = await Place.make();
    const secrets = [...Object.values(OWN_TOKENS), "wrong-secret"];
    {
      await using daemon = await place.start({ flags: ["--log-level", "debug", "--log-format", format] });
      const dugdale = callsTo(daemon);
      await apply(dugdale, STATE);
      await dugdale.run("silent.sh");
      for (const secret of secrets) {
        const statuses = await sendSecret(dugdale, secret);
        assertEquals(statuses.filter((status) => [400, 401, 404].includes(status)), statuses);
      }
    }
    const text = await place.printed("stdout") + await place.printed("stderr");
    assert(text.split("\n").filter((line) => /request.*401/.test(line)).length > 10, text);
    for (const secret of secrets) assert(!text.includes(secret), secret);
  });
}

/** Sends a token everywhere but where it belongs; answers the statuses. */
async function sendSecret(dugdale: Dugdale, secret: string): Promise<number[]> {
  const query = `token=${secret}&access_token=${secret}&authorization=Bearer%20${secret}`;
  const as = "anonymous", headers = { "idempotency-key": secret }, body = `{"token":"${secret}`;
  const replies = [
    await dugdale.get(`/v1/missions?${query}`, { as }),
    await dugdale.get(`/v1/nothing/of/the/kind?${query}`, { as, headers }),
    await dugdale.get(`/v1/missions?cursor=${secret}&${query}`),
    await dugdale.post(`/v1/dispatch?${query}`, body, { headers }),
    await dugdale.post(`/v1/admin/apply?${query}`, body, { headers }),
  ];
  const odd = ["bearer _", "Bearer_", "_", "Basic _", "Bearer _, Bearer _", `Bearer _${"x".repeat(4000)}`];
  for (const authorization of odd) {
    const sent = { authorization: authorization.replaceAll("_", secret) };
    replies.push(await dugdale.get("/v1/admin/state", { headers: sent, from: `10.9.0.${replies.length}` }));
  }
  const broken = [
    `GET /v1/lanes HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization Bearer ${secret}`,
    `GET /v1/lanes HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${secret}\x01`,
    `GET http://user:${secret}@x/v1/lanes HTTP/1.1\r\nhost: x\r\nconnection: close`,
    `authorization: Bearer ${secret}`,
  ];
  const raw = await Promise.all(broken.map((lines) => rawRequest(dugdale.url, `${lines}\r\n\r\n`)));
  return [...replies, ...raw].map(({ status }) => status);
}

/** The message of the only error among the records. */
function errorOf(log: string): string {
  const errors = log.trimEnd().split("\n").map((line) => JSON.parse(line)).filter(({ level }) =>
    level === "ERROR"
  );
  assertEquals(errors.length, 1, log);
  const text = JSON.stringify(errors[0]);
  assert(!text.includes("\\n"), `one line, without a stack: ${text}`);
  return text;
}
