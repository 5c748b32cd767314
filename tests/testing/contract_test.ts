/** The contract suite asks a fake dugdale whatever a client may ask a real one. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { contractFake } from "./contract_fake.ts";

/** The files of the suite about the requests of clients. What is beyond a fake in them is a `daemonTest`. */
const FILES = [
  "apply",
  "auth",
  "bulk",
  "delete",
  "dispatch",
  "dispatch_batch",
  "events",
  "exec_dispatch",
  "idempotency",
  "kill",
  "lanes",
  "list",
  "output",
  "pause",
  "record",
  "restart",
  "staging_admin",
  "staging_get",
  "staging_put",
];
/** More are welcome; less would mean that the fake has lost what the documentation claims. */
const PASSED_MIN = 215;

Deno.test("FakeDugdale passes the contract suite as far as it claims to", async () => {
  const fake = contractFake();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => fake.handle(request),
  );
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", ...FILES.map(testFile)],
    env: {
      NO_COLOR: "1",
      LETTS_CONTRACT_URL: `http://127.0.0.1:${server.addr.port}`,
      LETTS_CONTRACT_FAKE: "true",
    },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(code, 0, text);
  const passed = Number(/ok \| (\d+) passed \| 0 failed/.exec(text)?.[1]);
  assert(passed >= PASSED_MIN, `${passed} tests passed`);
});

function testFile(name: string): string {
  return fileURLToPath(new URL(`../contract/${name}_test.ts`, import.meta.url));
}
