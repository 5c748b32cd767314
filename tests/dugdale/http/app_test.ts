import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { App, type Connection, type RequestEnd, type ServedRoute } from "../../../dugdale/http/app.ts";
import { json } from "../../../dugdale/http/answer.ts";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import { ProblemError } from "../../../dugdale/problem_error.ts";
import { integer, type ObjectShape } from "../../../protocol/schemas.ts";

interface Sum {
  readonly a: number;
  readonly b?: number | undefined;
}

const sum: v.GenericSchema<unknown, Sum> = v.object({ a: v.number(), b: v.optional(v.number()) });
const times: ObjectShape<{ readonly times?: number | undefined }> = v.object({
  times: v.optional(integer("an integer", "A factor")),
});
const anything = v.any();
const add: ServedRoute<Sum, { readonly times?: number | undefined }> = {
  method: "POST",
  path: "/add/:to",
  bodyLimit: "maxApplyBodyBytes",
  body: sum,
  query: times,
  reply: anything,
};
const closed: ServedRoute<undefined, undefined> = { method: "GET", path: "/closed", reply: anything };

const stream: ServedRoute<undefined, undefined> = { method: "GET", path: "/stream/:refused" };

const completed = Promise.withResolvers<void>();
const CONNECTION: Connection = {
  remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
  completed: completed.promise,
};

function openApp(): {
  ask: (method: string, path: string, body?: string) => Promise<Response>;
  ends: RequestEnd[];
} {
  const ends: RequestEnd[] = [];
  const app = new App({
    routes: { add, closed, stream },
    handlers: {
      add: async (call) => {
        const { a, b = 0 } = (await call.body()).shape;
        const { times = 1 } = call.query();
        return json({ result: (Number(call.path.to) + a + b) * times, caller: call.caller.ip });
      },
      closed: () => json({}),
      stream: (call) => {
        if (call.path.refused === "yes") throw new ProblemError("not_found", "nothing to stream");
        return new Response("x");
      },
    },
    admit: (_request, key) => {
      if (key === "closed") throw new ProblemError("forbidden", "closed");
      return { scope: "none", address: "", ip: "me" };
    },
    limits: { maxDispatchBodyBytes: 0, maxExecBodyBytes: 0, maxApplyBodyBytes: 20 },
    clock: systemClock,
    log: silentLog,
    onEnd: (end) => ends.push(end),
  });
  const ask = (method: string, path: string, body?: string) =>
    app.answer(
      new Request(`http://x${path}`, { method, ...(body === undefined ? {} : { body }) }),
      CONNECTION,
    );
  return { ask, ends };
}

Deno.test("App serves the routes that it is given, with path, query and body by their schemas", async () => {
  const { ask, ends } = openApp();
  const response = await ask("POST", "/add/1?times=3", '{"a":2,"b":3}');
  assertEquals([response.status, await response.json()], [200, { result: 18, caller: "me" }]);
  const [{ durationMs: _, ...end } = {}] = ends;
  assertEquals(end, { key: "add", route: "/add/:to", method: "POST", status: 200, refusal: undefined });
});

Deno.test("App reports refusals with their code, and requests that no route fits", async () => {
  const { ask, ends } = openApp();
  const statuses = [
    await ask("GET", "/closed"),
    await ask("POST", "/add/1", `{"a":${"1".repeat(30)}}`),
    await ask("POST", "/add/1?times=x", '{"a":1}'),
    await ask("POST", "/add/1", '{"a":"x"}'),
    await ask("GET", "/nowhere"),
    await ask("DELETE", "/closed"),
  ].map(({ status }) => status);
  assertEquals(statuses, [403, 413, 400, 400, 404, 405]);
  assertEquals(ends.map(({ key, route, refusal }) => [key, route, refusal]), [
    ["closed", "/closed", "forbidden"],
    ["add", "/add/:to", "payload_too_large"],
    ["add", "/add/:to", "bad_request"],
    ["add", "/add/:to", "bad_request"],
    [undefined, "_unmatched", "not_found"],
    [undefined, "_unmatched", "method_not_allowed"],
  ]);
});

Deno.test("App reports the end of a stream when all of it is sent, and that of a refused one at once", async () => {
  const { ask, ends } = openApp();
  await ask("GET", "/stream/yes");
  assertEquals(ends.map(({ status }) => status), [404]);
  await ask("GET", "/stream/no");
  assertEquals(ends.length, 1);
  completed.resolve();
  await completed.promise;
  assertEquals(ends.map(({ status }) => status), [404, 200]);
});
