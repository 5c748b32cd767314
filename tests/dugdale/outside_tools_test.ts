/** What other programs read of ours, read by these programs; ignored where they are not installed. */
import { assertEquals } from "@std/assert";
import { hasProgram } from "../examples/run_example.ts";
import { ids, openRunning } from "./running.ts";

const ROOT = new URL("../../", import.meta.url);

/** Runs a program with the text as its stdin; answers its code and all that it printed. */
async function check(program: string, args: readonly string[], stdin = ""): Promise<[number, string]> {
  const child = new Deno.Command(program, {
    args: [...args],
    env: { NO_COLOR: "1", SYSTEMD_COLORS: "0" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { code, stdout, stderr } = await output;
  return [code, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)];
}

const promtool = { ignore: !await hasProgram("promtool") };

Deno.test(
  "promtool finds nothing to complain about in the metrics of a dugdale that has worked",
  promtool,
  async () => {
    await using running = await openRunning();
    await running.apply({ one: { concurrency: 1 }, held: { concurrency: 1, paused: true } });
    const file = { role: "data", staging_id: await running.stage("content") };
    for (const lane of ["one", "held"]) {
      const key = ids.mission();
      await running.request("POST", "/v1/dispatch", { key, body: { lane, mission: "m", files: [file] } });
      if (lane === "one") await running.ended(key);
    }
    await running.request("GET", "/v1/admin/state", { headers: { authorization: "Bearer wrong" } });
    await running.request("GET", "/nowhere");
    const { text } = await running.request("GET", "/v1/metrics", { as: "anonymous" });
    assertEquals(await check("promtool", ["check", "metrics"], text), [0, ""]);
  },
);

Deno.test(
  "sqlite3 of the system finds a database of ours sound, while it is used",
  { ignore: !await hasProgram("sqlite3") },
  async () => {
    await using running = await openRunning();
    await running.apply({ one: { concurrency: 1 } }, ["sh", "-c", `echo '{"event":"progress"}' >&3`]);
    const key = ids.mission();
    const files = [{ role: "data", staging_id: await running.stage("content") }];
    await running.request("POST", "/v1/dispatch", { key, body: { lane: "one", mission: "m", files } });
    await running.ended(key);
    const statements = "PRAGMA integrity_check; PRAGMA foreign_key_check";
    assertEquals(await check("sqlite3", [`${running.folder}/state.db`, statements]), [0, "ok\n"]);
  },
);

const OBSERVABILITY = new URL("docs/observability/", ROOT);

Deno.test("promtool accepts the alerts, and each rings when it should", promtool, async () => {
  for (const args of [["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]]) {
    const { pathname } = new URL(args.pop()!, OBSERVABILITY);
    const [code, text] = await check("promtool", [...args, pathname]);
    assertEquals(code, 0, text);
  }
});

/** Every query of the dashboard, with its variables filled in. */
async function queries(): Promise<string[]> {
  const { panels }: { panels: { title: string; targets: { expr: string }[] }[] } = JSON.parse(
    await Deno.readTextFile(new URL("dashboard.json", OBSERVABILITY)),
  );
  return panels.flatMap(({ targets }) =>
    targets.map(({ expr }) =>
      expr.replaceAll("$__rate_interval", "5m").replaceAll(/\$(?:instance|lane)/g, ".*")
    )
  );
}

Deno.test("promtool accepts each query of the dashboard", promtool, async () => {
  const rules = (await queries()).map((expr, index) => ({ record: `query:${index}`, expr }));
  const file = await Deno.makeTempFile({ suffix: ".yml" });
  try {
    await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    const [code, text] = await check("promtool", ["check", "rules", file]);
    assertEquals(code, 0, text);
    assertEquals(text.includes(`${rules.length} rules found`), true, text);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("alerts and dashboard ask only for metrics that a dugdale has", async () => {
  const manual = await Deno.readTextFile(new URL("docs/operating.md", ROOT));
  const known = new Set([...manual.matchAll(/^\| `(letts_\w+)`/gm)].map(([, name]) => name));
  const asked = `${await Deno.readTextFile(new URL("alerts.yml", OBSERVABILITY))} ${
    (await queries()).join(" ")
  }`;
  const names = [...asked.matchAll(/\bletts_\w+/g)].map(([name]) => name.replace(/_bucket$/, ""));
  assertEquals([...new Set(names)].filter((name) => !known.has(name)), []);
  assertEquals(new Set(names).size > 10, true);
});

Deno.test("systemd accepts the units", { ignore: !await hasProgram("systemd-analyze") }, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const units: string[] = [];
    for await (const { name } of Deno.readDir(new URL("systemd", ROOT))) {
      // It must be installed where the unit says, which is not so here.
      const text = await Deno.readTextFile(new URL(`systemd/${name}`, ROOT));
      units.push(`${folder}/${name}`);
      await Deno.writeTextFile(`${folder}/${name}`, text.replaceAll("/usr/local/bin/letts", "/bin/true"));
    }
    assertEquals(units.length, 2);
    assertEquals(await check("systemd-analyze", ["verify", "--man=no", ...units]), [0, ""]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
