import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { openFd3 } from "../../mission/fd3.ts";
import { AlreadyEndedError, MisconfiguredError } from "../../mission/errors.ts";
import type { Host, Writer } from "../../mission/host.ts";
import { fakeHost } from "./fake_host.ts";

class Exit extends Error {
  constructor(readonly exitCode: number) {
    super(`exit ${exitCode}`);
  }
}

/** A host whose descriptor 3 is the given writer, and whose exit throws. */
function hostWith(writer: Writer): Host & { text(of: "stderr"): string } {
  return {
    ...fakeHost(),
    openAppend: () => writer,
    exit: (code) => {
      throw new Exit(code);
    },
  };
}

/** Keeps what is written, at most seven bytes a time. */
function narrowSink(): Writer & { readonly bytes: number[]; closed: number } {
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
  const writer = narrowSink();
  const control = openFd3(hostWith(writer));
  control.progress(0.5, "half é/");
  control.outputFile("report");
  control.end({ ok: true, returnJson: `{"a":1}` });
  assertEquals(
    new TextDecoder().decode(Uint8Array.from(writer.bytes)),
    `{"event":"progress","value":0.5,"message":"half é/"}\n{"event":"output_file","key":"report"}\n` +
      `{"event":"success","return":{"a":1}}\n`,
  );
  assertEquals(writer.closed, 1);
});

Deno.test("Control refuses every event after the final one", () => {
  const writer = narrowSink();
  const control = openFd3(hostWith(writer));
  control.end({ ok: true, returnJson: undefined });
  const length = writer.bytes.length;
  assertThrows(() => control.end({ ok: true, returnJson: undefined }), AlreadyEndedError);
  assertThrows(() => control.progress(1, undefined), AlreadyEndedError);
  assertThrows(() => control.outputFile("k"), AlreadyEndedError);
  control.flush();
  assertEquals(writer.bytes.length, length);
});

Deno.test("Control cuts a progress message to 16 KiB", () => {
  const writer = narrowSink();
  openFd3(hostWith(writer)).progress(undefined, "x".repeat(100_000));
  assertEquals(writer.bytes.length, `{"event":"progress","message":""}\n`.length + 16 * 1024);
});

Deno.test("Control says on stderr that it cannot write, and exits with 1", () => {
  const host = hostWith({
    write: () => {
      throw new Error("Broken pipe");
    },
    close: () => {},
  });
  const exit = assertThrows(() => openFd3(host).outputFile("k"), Exit);
  assertEquals(exit.exitCode, 1);
  assertStringIncludes(
    host.text("stderr"),
    "letts mission: cannot write to fd 3, the control channel: Broken pipe\n",
  );
});

Deno.test("openFd3() says why there is no descriptor 3", () => {
  const host: Host = {
    ...fakeHost(),
    openAppend: () => {
      throw new Error("No such device or address");
    },
  };
  assertThrows(
    () => openFd3(host),
    MisconfiguredError,
    "fd 3, the control channel, cannot be opened: No such device",
  );
});
