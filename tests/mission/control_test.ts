import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { openControl } from "../../mission/control.ts";
import { AlreadyEndedError, MisconfiguredError } from "../../mission/errors.ts";
import type { Host, Sink } from "../../mission/host.ts";
import { fakeHost } from "./fake_host.ts";

class Exit extends Error {
  constructor(readonly exitCode: number) {
    super(`exit ${exitCode}`);
  }
}

/** A host whose descriptor 3 is the given sink, and whose exit throws. */
function hostWith(sink: Sink): Host & { text(of: "stderr"): string } {
  return {
    ...fakeHost(),
    openAppend: () => sink,
    exit: (code) => {
      throw new Exit(code);
    },
  };
}

/** Keeps what is written, at most seven bytes a time. */
function narrowSink(): Sink & { readonly bytes: number[]; closed: number } {
  const bytes: number[] = [];
  return {
    bytes,
    closed: 0,
    write: (part) => bytes.push(...part.subarray(0, 7)) && Math.min(7, part.length),
    close() {
      this.closed++;
    },
  };
}

Deno.test("Control writes each line whole, however few bytes a write takes", () => {
  const sink = narrowSink();
  const control = openControl(hostWith(sink));
  control.progress(0.5, "half é/");
  control.outputFile("report");
  control.end({ ok: true, returnJson: `{"a":1}` });
  assertEquals(
    new TextDecoder().decode(Uint8Array.from(sink.bytes)),
    `{"event":"progress","value":0.5,"message":"half é/"}\n{"event":"output_file","key":"report"}\n` +
      `{"event":"success","return":{"a":1}}\n`,
  );
  assertEquals(sink.closed, 1);
});

Deno.test("Control refuses every word after the last one", () => {
  const sink = narrowSink();
  const control = openControl(hostWith(sink));
  control.end({ ok: true, returnJson: undefined });
  const length = sink.bytes.length;
  assertThrows(() => control.end({ ok: true, returnJson: undefined }), AlreadyEndedError);
  assertThrows(() => control.progress(1, undefined), AlreadyEndedError);
  assertThrows(() => control.outputFile("k"), AlreadyEndedError);
  control.flush();
  assertEquals(sink.bytes.length, length);
});

Deno.test("Control cuts a progress message to 16 KiB", () => {
  const sink = narrowSink();
  openControl(hostWith(sink)).progress(undefined, "x".repeat(100_000));
  assertEquals(sink.bytes.length, `{"event":"progress","message":""}\n`.length + 16 * 1024);
});

Deno.test("Control says on stderr that it cannot write, and exits with 1", () => {
  const host = hostWith({
    write: () => {
      throw new Error("Broken pipe");
    },
    close: () => {},
  });
  const exit = assertThrows(() => openControl(host).outputFile("k"), Exit);
  assertEquals(exit.exitCode, 1);
  assertStringIncludes(
    host.text("stderr"),
    "letts mission: cannot write to fd 3, the control channel: Broken pipe\n",
  );
});

Deno.test("openControl() says why there is no descriptor 3", () => {
  const host: Host = {
    ...fakeHost(),
    openAppend: () => {
      throw new Error("No such device or address");
    },
  };
  assertThrows(
    () => openControl(host),
    MisconfiguredError,
    "fd 3, the control channel, cannot be opened: No such device",
  );
});
