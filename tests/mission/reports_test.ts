/** `provide` and `reporters` of a mission, each run as a process. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { runMission } from "./run_mission.ts";

const REPORTER = `
  const told = [];
  const reporter = {
    reportError: (error, { data, services, state, lane, attempt }) =>
      told.push(["error", error.message, data, services, state, lane, attempt]),
    reportMessage: (text, { data }) => told.push(["message", text, data]),
  };
  addEventListener("unload", () => console.log(JSON.stringify(told)));
`;

/** What the reporter of the mission was told, and its final line. */
async function told(
  body: string,
  options: string,
): Promise<{ told: unknown; final: unknown; stderr: string }> {
  const { stdout, lines, stderr } = await runMission({
    source: `${REPORTER} await letts.mission(async (m) => { ${body} }, { ${options} });`,
  });
  return { told: JSON.parse(stdout.split("\n")[0] ?? ""), final: lines.at(-1), stderr };
}

Deno.test("L23: what ends the mission is reported once to each reporter, with its data", async () => {
  const { told: calls, final } = await told(
    `m.state("drawing"); m.report.add({ user: 7 }); m.report.add({ job: "a" }); throw new Error("odd");`,
    `reporters: [reporter, {}, reporter], provide: () => "s"`,
  );
  const call = ["error", "odd", { user: 7, job: "a" }, "s", "drawing", "default", 1];
  assertEquals(calls, [call, call]);
  assertEquals((final as { reason: string }).reason, "uncaught_exception");
});

Deno.test("L24: warnings are reported, texts and errors, and the mission goes on", async () => {
  const { told: calls, final } = await told(
    `m.warn("slow"); m.report.add({ n: 1 }); m.warn(new TypeError("wrong")); return { ok: true };`,
    "reporters: [reporter]",
  );
  assertEquals(calls, [["message", "slow", {}], ["error", "wrong", { n: 1 }, null, null, "default", 1]]);
  assertEquals(final, { event: "success", return: { ok: true } });
});

Deno.test("a success is not reported, and a failure of the after hook is", async () => {
  assertEquals((await told("return {};", "reporters: [reporter]")).told, []);
  const { told: calls } = await told("", "reporters: [reporter], after: () => { throw new Error('late'); }");
  assertEquals((calls as unknown[][]).map(([, message]) => message), ["late"]);
});

Deno.test("L23: reporters that throw, reject or never end change nothing", async () => {
  const { told: calls, final, stderr } = await told(
    `throw new letts.MissionFailure("gone", { reason: "gone", exitCode: 3 });`,
    `reporters: [
       { reportError: () => { throw new Error("thrown"); } },
       { reportError: () => Promise.reject(new Error("rejected")) },
       { reportError: () => new Promise(() => {}) },
       reporter,
     ]`,
  );
  assertEquals((calls as unknown[][]).map(([, message]) => message), ["gone"]);
  assertEquals(final, { event: "fail", message: "gone", reason: "gone", exit_code: 3 });
  for (const text of ["thrown", "rejected", "no end within 2000 ms"]) {
    assertStringIncludes(stderr, `a reporter failed: Error: ${text}`);
  }
});

Deno.test("the end of the mission waits for its reporters", async () => {
  const { told: calls } = await told(
    `throw new Error("odd");`,
    `reporters: [{ reportError: (error) => new Promise((done) => setTimeout(() => done(told.push(error.message)), 50)) }]`,
  );
  assertEquals(calls, ["odd"]);
});

Deno.test("L14: provide makes the services before the mission begins, and its failure is the mission's", async () => {
  const order = `
    const order = [];
    addEventListener("unload", () => console.log(JSON.stringify(order)));`;
  const run = (provide: string) =>
    runMission({
      source: `${order} await letts.mission((m) => { order.push(["run", m.services]); return {}; }, {
        provide: ${provide},
        before: (m) => order.push(["before", m.services]),
        after: (m) => order.push(["after", m.services]),
      });`,
    });
  const good = await run(`async () => ({ pool: 1 })`);
  assertEquals(JSON.parse(good.stdout), [["before", { pool: 1 }], ["run", { pool: 1 }], ["after", {
    pool: 1,
  }]]);
  const bad = await run(`() => { throw new Error("no pool"); }`);
  assertEquals([JSON.parse(bad.stdout), bad.lines.at(-1)?.message], [[], "no pool"]);
});
