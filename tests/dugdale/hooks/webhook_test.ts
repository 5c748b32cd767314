import { assert, assertEquals, assertRejects } from "@std/assert";
import type { DugdaleHook } from "../../../config/dugdale/hooks.ts";
import { isPrivateAddress } from "../../../dugdale/hooks/addresses.ts";
import { DeliveryError } from "../../../dugdale/hooks/delivery.ts";
import { secretBytes, signed, webhook } from "../../../dugdale/hooks/webhook.ts";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { Receiver } from "./receiver.ts";

const EVENT = { event: "e_1_done", type: "mission.done", subject: "e", time: 0, body: '{"id":"e_1_done"}' };
const signal = new AbortController().signal;

const open = (hook: Partial<DugdaleHook>) =>
  webhook({
    hook: { url: "", secret: "", allowPrivate: true, ...hook },
    clock: systemClock,
    version: "1",
  });

const failure = async (deliver: ReturnType<typeof webhook>): Promise<DeliveryError> =>
  await assertRejects(() => deliver(EVENT, signal), DeliveryError);

Deno.test("webhook() connects to no private address, given as such or by a name, unless that is allowed", async () => {
  await using receiver = new Receiver();
  const urls = [
    `http://127.0.0.1:${receiver.port}/`,
    `http://localhost:${receiver.port}/`,
    `http://[::1]:${receiver.port}/`,
    `http://[::ffff:127.0.0.1]:${receiver.port}/`,
    `http://2130706433:${receiver.port}/`,
  ];
  for (const url of urls) {
    const { message } = await failure(open({ url, allowPrivate: false }));
    assert(message.endsWith("which needs allow_private"), message);
  }
  assertEquals(receiver.all, []);
  await open({ url: urls[1]! })(EVENT, signal);
  assertEquals(receiver.all.length, 1);
});

Deno.test("webhook() follows no redirect", async () => {
  await using receiver: Receiver = new Receiver((): Response =>
    new Response(null, { status: 307, headers: { location: `http://127.0.0.1:${receiver.port}/other` } })
  );
  assertEquals((await failure(open({ url: receiver.url }))).message, "answered 307");
  assertEquals(receiver.all.length, 1);
});

Deno.test("webhook() tells a receiver that is down, or dies in the middle, from one that refuses", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  const dying = listener.accept().then((connection) => {
    connection.close();
    listener.close();
  });
  assertEquals((await failure(open({ url }))).failure.unreachable, true);
  await dying;
  assertEquals((await failure(open({ url }))).failure.unreachable, true);
  await using receiver: Receiver = new Receiver((): Response =>
    new Response(null, { status: 503, headers: { "retry-after": "7" } })
  );
  assertEquals((await failure(open({ url: receiver.url }))).failure, { retryAfterMs: 7_000 });
});

Deno.test("webhook() is over when its time is, and the receiver has not answered", async () => {
  const release = Promise.withResolvers<void>();
  await using receiver = new Receiver(async () => {
    await release.promise;
    return new Response();
  });
  const late = new AbortController();
  const sent = open({ url: receiver.url })(EVENT, late.signal);
  await receiver.count(1);
  late.abort();
  await assertRejects(() => sent, DeliveryError);
  release.resolve();
});

Deno.test("signed() makes the signature of the example of Standard Webhooks", () => {
  const key = secretBytes("whsec_plJ3nmyCDGBKInavdOK15jsl");
  const event = { event: "msg_loFOjxBNrRLzqYUf", body: '{"event_type":"ping","data":{"success":true}}' };
  assertEquals(signed(event, key, 1_731_705_121_987), {
    "webhook-id": "msg_loFOjxBNrRLzqYUf",
    "webhook-timestamp": "1731705121",
    "webhook-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
  });
});

Deno.test("isPrivateAddress() knows the addresses that are not public", () => {
  const hidden = [
    "127.0.0.1",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
  ];
  const hidden6 = [
    "::1",
    "::",
    "fd00::1",
    "fe80::1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a00:1",
    "ff02::1",
  ];
  for (const address of [...hidden, ...hidden6]) assertEquals(isPrivateAddress(address), true, address);
  for (const address of ["8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700::1111"]) {
    assertEquals(isPrivateAddress(address), false, address);
  }
});
