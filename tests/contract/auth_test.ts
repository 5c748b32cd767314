import { assert, assertEquals } from "@std/assert";
import { newId } from "./ids.ts";
import { assertProblem, ownTest, sharedDugdale } from "./harness.ts";
import { OWN_TOKENS, type Tokens } from "./settings.ts";

const dugdale = sharedDugdale();
const several = sharedDugdale({
  settings: {
    auth: { tokens: [OWN_TOKENS.dispatch, "both-token", "all-token"] },
    exec: { tokens: [OWN_TOKENS.exec, "both-token", "all-token"] },
    admin: { tokens: [OWN_TOKENS.admin, "all-token"] },
  },
});
const ID = newId();

/** What is admitted: requests without a token, or these scopes besides admin. */
type Class = "none" | "D" | "E" | "DE" | "A";
const ROUTES: readonly (readonly [method: string, path: string, scopes: Class])[] = [
  ["GET", "/v1/healthz", "none"],
  ["GET", "/v1/readyz", "none"],
  ["GET", "/v1/version", "none"],
  ["GET", "/v1/metrics", "none"],
  ["POST", "/v1/dispatch", "D"],
  ["POST", "/v1/exec/dispatch", "E"],
  ["GET", "/v1/missions", "A"],
  ["GET", `/v1/missions/${ID}`, "DE"],
  ["GET", `/v1/missions/${ID}/events`, "DE"],
  ["GET", `/v1/missions/${ID}/output?stream=stdout`, "DE"],
  ["POST", `/v1/missions/${ID}/restart`, "A"],
  ["POST", `/v1/missions/${ID}/kill`, "A"],
  ["DELETE", `/v1/missions/${ID}`, "A"],
  ["POST", "/v1/missions/bulk-restart", "A"],
  ["POST", "/v1/missions/bulk-delete", "A"],
  ["POST", "/v1/admin/apply", "A"],
  ["GET", "/v1/admin/state", "A"],
  ["POST", "/v1/admin/lanes/none/pause", "A"],
  ["POST", "/v1/admin/lanes/none/continue", "A"],
  ["GET", "/v1/dugdale", "DE"],
  ["GET", "/v1/lanes", "DE"],
  ["PUT", `/v1/staging/${ID}`, "DE"],
  ["HEAD", `/v1/staging/${ID}`, "DE"],
  ["GET", `/v1/staging/${ID}`, "DE"],
  ["DELETE", `/v1/staging/${ID}`, "A"],
  ["GET", "/v1/staging", "A"],
  ["GET", `/v1/staging/by-content/${"0".repeat(64)}?size=1`, "E"],
];
const ALLOWED: Readonly<Record<Class, readonly (keyof Tokens | "anonymous")[]>> = {
  none: ["anonymous", "dispatch", "exec", "admin"],
  D: ["dispatch", "admin"],
  E: ["exec", "admin"],
  DE: ["dispatch", "exec", "admin"],
  A: ["admin"],
};

for (const [method, path, scopes] of ROUTES) {
  Deno.test(`${method} ${path.replace(ID, "{id}")} lets in class ${scopes} and no other`, async () => {
    for (const as of ["anonymous", "dispatch", "exec", "admin"] as const) {
      const { status, body } = await dugdale.call(method, path, { as, from: "10.2.0.1" });
      if (ALLOWED[scopes].includes(as)) {
        assert(
          status !== 401 && status !== 403 && status !== 429 && status !== 500,
          `${as}: ${status} ${body.error}`,
        );
        continue;
      }
      const expected = as === "anonymous" ? [401, "unauthorized"] : [403, "forbidden"];
      assertEquals([status, method === "HEAD" ? expected[1] : body.error], expected, as);
    }
  });
}

Deno.test("a token is taken only after `Bearer `, spelled so, and without the blanks around it", async () => {
  const { admin } = dugdale.tokens;
  const cases: [string, number][] = [
    [`Bearer ${admin}`, 200],
    [`Bearer   ${admin}  `, 200],
    [`bearer ${admin}`, 401],
    [`Bearer${admin}`, 401],
    [`Basic ${admin}`, 401],
    [admin, 401],
    ["Bearer ", 401],
    ["Bearer", 401],
    [`Bearer ${admin}x`, 401],
    [`Bearer ${admin.slice(1)}`, 401],
    [`Bearer ${admin.toUpperCase()}`, 401],
  ];
  for (const [authorization, status] of cases) {
    const reply = await dugdale.get("/v1/admin/state", { headers: { authorization }, from: newAddress() });
    assertEquals(reply.status, status, authorization.replace(admin, "<token>"));
  }
});

Deno.test("a 401 has no WWW-Authenticate and does not repeat what was sent", async () => {
  const headers = { authorization: "Bearer wrong-secret" };
  const reply = await dugdale.get("/v1/admin/state", { headers, from: newAddress() });
  assertProblem(reply, 401, "unauthorized");
  assertEquals(reply.headers.get("www-authenticate"), null);
  assert(!reply.text.includes("wrong-secret"));
});

ownTest("every token of a list is accepted", async () => {
  const headers = { authorization: "Bearer another-dispatch-token", "idempotency-key": newId() };
  assertEquals((await dugdale.dispatch({ mission: "silent.sh" }, { headers })).status, 202);
});

ownTest(
  "a token of several scopes is admin's first, then what the route lets in, dispatch before exec",
  async () => {
    const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const mission = await several.queue("silent.sh");
    const exec = newId();
    const headers = { ...as("both-token").headers, "idempotency-key": exec };
    const body = { lane: "fast", command: ["true"] };
    assertEquals((await several.post("/v1/exec/dispatch", body, { headers })).status, 202);
    assertEquals((await several.get(`/v1/missions/${mission}`, as("both-token"))).status, 200);
    assertProblem(await several.get(`/v1/missions/${exec}`, as("both-token")), 403, "forbidden_kind");
    assertProblem(await several.get("/v1/admin/state", as("both-token")), 403, "forbidden");
    assertEquals((await several.get(`/v1/missions/${exec}`, as("all-token"))).status, 200);
    assertEquals((await several.get("/v1/admin/state", as("all-token"))).status, 200);
  },
);

let address = 0;
/** An address that no other test has used, so that wrong tokens count only here. */
function newAddress(): string {
  address++;
  return `10.3.${address >> 8}.${address & 255}`;
}
