/** What the server of the UI promises a browser: sign-in, proof of origin, headers, errors, all dugdales in one answer. */
import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { type Fixture, keyOf, openFixture, TOKENS, Visitor } from "./fixture.ts";

async function signedIn(fixture: Fixture, token?: string): Promise<Visitor> {
  const visitor = new Visitor(fixture.ui.url);
  assertEquals(await visitor.signIn(token === undefined ? { key: keyOf(fixture.ui) } : { token }), 200);
  return visitor;
}

const json = ({ text }: { readonly text: string }) => JSON.parse(text);

Deno.test("the link signs in once; without a session nothing is answered", async () => {
  await using fixture = await openFixture();
  const key = keyOf(fixture.ui);
  const first = new Visitor(fixture.ui.url);
  assertEquals((await first.request("GET", "/api/missions")).status, 401);
  assertEquals((await first.request("GET", "/", { headers: { cookie: "=broken" } })).status, 200);
  assertEquals(await first.signIn({ key: key.replace(/./g, "0") }), 401);
  assertEquals(await first.signIn({ key }), 200);
  assertEquals((await first.request("GET", "/api/missions")).status, 200);
  const second = new Visitor(fixture.ui.url);
  assertEquals(await second.signIn({ key }), 401);
  assertNotMatch(fixture.ui.link, /key/);
  assertEquals((await first.request("DELETE", "/api/session")).status, 200);
  assertEquals((await first.request("GET", "/api/missions")).status, 401);
});

Deno.test("a token signs in with its own rights; one that no dugdale knows does not", async () => {
  await using fixture = await openFixture();
  const stranger = new Visitor(fixture.ui.url);
  assertEquals(await stranger.signIn({ token: "unknown" }), 401);
  const watcher = await signedIn(fixture, TOKENS.reading);
  const facts = json(await watcher.request("GET", "/api/session"));
  assertEquals([facts.name, facts.read_only], ["watcher", true]);
  const paused = await watcher.request("POST", "/api/lanes/s1/fast/pause", { body: {} });
  assertEquals([paused.status, json(paused).error], [403, "forbidden"]);
});

Deno.test("a change without proof of the same origin is refused", async () => {
  await using fixture = await openFixture();
  const visitor = await signedIn(fixture);
  const pause = (headers: Record<string, string>) =>
    visitor.request("POST", "/api/lanes/s1/fast/pause", { body: {}, headers });
  const host = new URL(fixture.ui.url).host;
  const refused = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { "sec-fetch-site": "none", origin: "http://evil.example" },
    { "x-csrf-token": "" },
    { "x-csrf-token": "0".repeat(64) },
  ];
  for (const headers of refused) {
    const answer = await pause(headers);
    assertEquals([answer.status, json(answer).error], [403, "csrf"], JSON.stringify(headers));
    assertMatch(answer.headers.get("content-type") ?? "", /^application\/json/);
  }
  assertEquals((await pause({ "sec-fetch-site": "none", origin: `http://${host}` })).status, 200);
  assertEquals((await pause({})).status, 200);
});

Deno.test("every answer has the protecting headers, and the page allows only its own origin", async () => {
  await using fixture = await openFixture();
  const visitor = await signedIn(fixture);
  const page = await visitor.request("GET", "/missions/s1/whatever");
  assertEquals(page.headers.get("cache-control"), "no-store");
  assertMatch(
    page.headers.get("content-security-policy") ?? "",
    /default-src 'self'.*frame-ancestors 'none'/,
  );
  assertNotMatch(page.headers.get("content-security-policy") ?? "", /unsafe/);
  const [script = ""] = /\/assets\/app-\w+\.js/.exec(page.text) ?? [];
  const asset = await visitor.request("GET", script);
  assertMatch(asset.headers.get("cache-control") ?? "", /immutable/);
  const rest = ["/api/missions", "/api/nothing", "/assets/nothing.js", "/healthz"];
  for (
    const { headers } of [
      page,
      asset,
      ...await Promise.all(rest.map((path) => visitor.request("GET", path))),
    ]
  ) {
    assertEquals(
      ["referrer-policy", "x-content-type-options", "x-frame-options"].map((name) => headers.get(name)),
      ["same-origin", "nosniff", "DENY"],
    );
  }
});

Deno.test("a foreign Host is refused, against DNS rebinding", async () => {
  await using fixture = await openFixture();
  const { hostname, port } = new URL(fixture.ui.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(
    new TextEncoder().encode("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
  );
  const text = await new Response(connection.readable).text();
  assertMatch(text, /^HTTP\/1\.1 403 /);
});

Deno.test("an unknown path of the API is 404, a wrong method 405, a page of the browser is the page", async () => {
  await using fixture = await openFixture();
  const visitor = await signedIn(fixture);
  const status = async (method: string, path: string) => (await visitor.request(method, path)).status;
  assertEquals(await status("GET", "/api/nothing"), 404);
  assertEquals(await status("DELETE", "/api/missions"), 405);
  assertEquals(await status("GET", "/assets/app.js"), 404);
  assertEquals(await status("POST", "/missions"), 405);
  assertEquals(await status("GET", "/schedules"), 200);
});

Deno.test("no answer has a token in it", async () => {
  await using fixture = await openFixture();
  const { missionId } = await fixture.client.dispatch({ host: "s1", lane: "fast" }, { mission: "hello" });
  const visitor = await signedIn(fixture);
  const paths = [
    "/",
    "/api/session",
    "/api/dashboard",
    "/api/missions",
    `/api/missions/s1/${missionId}`,
    "/api/failures",
    "/api/schedules",
    "/api/config/s1",
    `/api/find/${missionId}`,
  ];
  for (const path of paths) {
    const { status, text, headers } = await visitor.request("GET", path);
    assertEquals(status, 200, path);
    for (const secret of Object.values(TOKENS)) {
      assertEquals([text, ...headers.values()].some((part) => part.includes(secret)), false, path);
    }
  }
});

Deno.test("a dugdale that is down is told by its id and a short reason, and the others still answer", async () => {
  await using fixture = await openFixture(2);
  const address = { lane: "fast" };
  await fixture.client.run({ host: "s1", ...address }, { mission: "hello" });
  await fixture.client.run({ host: "s2", ...address }, { mission: "hello" });
  const visitor = await signedIn(fixture);
  const both = json(await visitor.request("GET", "/api/missions"));
  assertEquals(both.items.map(({ host }: { host: string }) => host).toSorted(), ["s1", "s2"]);
  await fixture.stop("s2");
  const one = json(await visitor.request("GET", "/api/missions"));
  assertEquals(one.items.map(({ host }: { host: string }) => host), ["s1"]);
  assertEquals(one.unavailable_hosts, ["s2"]);
  assertEquals(one.unavailable_reasons, { s2: "connection refused" });
});

Deno.test("filters that make no sense are 400 with the reason, an unknown dugdale in a path is 404", async () => {
  await using fixture = await openFixture();
  const visitor = await signedIn(fixture);
  for (const query of ["limit=0", "limit=501", "order=sideways", "host=s9", "cursor=nonsense", "limit=x"]) {
    const answer = await visitor.request("GET", `/api/missions?${query}`);
    assertEquals([answer.status, json(answer).error], [400, "bad_request"], query);
  }
  assertEquals((await visitor.request("GET", "/api/config/s9")).status, 404);
});

Deno.test("a read-only UI refuses changes with 405", async () => {
  await using fixture = await openFixture(1, { readOnly: true });
  const visitor = await signedIn(fixture);
  const answer = await visitor.request("POST", "/api/lanes/s1/fast/pause", { body: {} });
  assertEquals([answer.status, json(answer).error], [405, "read_only"]);
  assertEquals(json(await visitor.request("GET", "/api/session")).read_only, true);
});

/** Reads server-sent events until the stream ends. */
async function streamed(visitor: Visitor, path: string, headers: Record<string, string> = {}) {
  const { status, text } = await visitor.request("GET", path, {
    headers: { accept: "text/event-stream", ...headers },
  });
  assertEquals(status, 200, text);
  return text.split("\n\n").map((block) =>
    Object.fromEntries(
      block.split("\n").filter(Boolean).map((line) => {
        const at = line.indexOf(":");
        return [line.slice(0, at), line.slice(at + 1).trim()];
      }),
    )
  );
}

Deno.test("events and output are streams that go on after the last id, and say that they have ended", async () => {
  await using fixture = await openFixture();
  const { missionId } = await fixture.client.run({ host: "s1", lane: "fast" }, {
    mission: "hello",
    input: { a: 1 },
  });
  const visitor = await signedIn(fixture);
  for (const kind of ["events", "output"]) {
    const path = `/api/missions/s1/${missionId}/${kind}`;
    const all = await streamed(visitor, path);
    const messages = all.filter(({ data, event }) => data !== undefined && event === undefined);
    const ids = messages.map(({ id }) => Number(id));
    assertEquals(ids, ids.toSorted((a, b) => a - b));
    assertEquals(ids.length >= 2, true, kind);
    assertEquals(all.some(({ event }) => event === "end"), true, kind);
    const rest = await streamed(visitor, path, { "last-event-id": String(ids[0]) });
    assertEquals(
      rest.filter(({ data, event }) => data !== undefined && event === undefined),
      messages.slice(1),
      kind,
    );
  }
});

Deno.test("a stream of a mission that does not exist is an ordinary 404", async () => {
  await using fixture = await openFixture();
  const visitor = await signedIn(fixture);
  for (const kind of ["events", "output"]) {
    const path = `/api/missions/s1/01a00000-0000-7000-8000-000000000000/${kind}`;
    const answer = await visitor.request("GET", path, { headers: { accept: "text/event-stream" } });
    assertEquals([answer.status, json(answer).error], [404, "not_found"]);
  }
});

Deno.test("a bulk action has one result for each item, in their order, also for what is not there", async () => {
  await using fixture = await openFixture(2);
  const run = async (host: string) =>
    (await fixture.client.run({ host, lane: "fast" }, { mission: "hello" })).missionId;
  const [one, two] = [await run("s1"), await run("s2")];
  const items = [
    { host: "s2", id: two },
    { host: "s9", id: one },
    { host: "s1", id: "01a00000-0000-7000-8000-000000000000" },
    { host: "s1", id: one },
    { host: "s1", id: one },
  ];
  const visitor = await signedIn(fixture);
  const { results } = json(await visitor.request("POST", "/api/missions/bulk-delete", { body: { items } }));
  assertEquals(
    results.map(({ host, id, ok }: { host: string; id: string; ok: boolean }) => ({ host, id, ok })),
    items.map((item, at) => ({ ...item, ok: at === 0 || at > 2 })),
  );
  assertEquals(
    (await visitor.request("POST", "/api/missions/bulk-delete", { body: { items: [] } })).status,
    400,
  );
});
