import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { systemDisk } from "../../../dugdale/host/disk.ts";
import { Capture } from "../../../dugdale/run/capture.ts";

const clock = { wallMs: () => 42, steadyMs: () => 0 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function withCapture(
  limitBytes: number,
  test: (capture: Capture, read: (name: string) => string | undefined) => void,
): void {
  const folder = Deno.makeTempDirSync();
  try {
    using capture = new Capture({
      disk: systemDisk,
      path: (name) => join(folder, name),
      limitBytes,
      clock,
      onWrite: () => {},
      onFailure: (_, error) => {
        throw error;
      },
    });
    test(capture, (name) => {
      try {
        return Deno.readTextFileSync(join(folder, name));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("Capture keeps both streams as they are, and together in order", () =>
  withCapture(100, (capture, read) => {
    capture.write("stdout", bytes("one\n"));
    capture.write("stderr", bytes("two\n"));
    assertEquals([read("stdout"), read("stderr")], ["one\n", "two\n"]);
    assertEquals(
      read("combined"),
      '{"t":42,"stream":"stdout","data":"one\\n"}\n{"t":42,"stream":"stderr","data":"two\\n"}\n',
    );
  }));

Deno.test("Capture makes no file for a stream that says nothing", () =>
  withCapture(100, (_, read) => assertEquals(read("stdout"), undefined)));

Deno.test("Capture writes bytes that are not UTF-8 as base64", () =>
  withCapture(100, (capture, read) => {
    capture.write("stdout", new Uint8Array([0xc3]));
    assertEquals(read("combined"), '{"t":42,"stream":"stdout","data":"ww==","encoding":"base64"}\n');
  }));

Deno.test("Capture shares its limit between the streams and marks each once", () =>
  withCapture(5, (capture, read) => {
    capture.write("stdout", bytes("abc"));
    capture.write("stderr", bytes("de"));
    assertEquals(capture.truncated, { stdout: false, stderr: false }, "exactly full is not too much");
    capture.write("stderr", bytes("f"));
    capture.write("stdout", bytes("g"));
    capture.write("stdout", bytes("h"));
    const mark = "\n[--- truncated, exceeded 5 bytes ---]\n";
    assertEquals([read("stdout"), read("stderr")], [`abc${mark}`, `de${mark}`]);
    assertEquals(capture.truncated, { stdout: true, stderr: true });
    assertEquals(read("combined")?.includes("truncated"), false);
  }));

Deno.test("Capture with a limit of 0 keeps only the mark", () =>
  withCapture(0, (capture, read) => {
    capture.write("stdout", bytes("abc"));
    assertEquals(read("stdout"), "\n[--- truncated, exceeded 0 bytes ---]\n");
    assertEquals(read("combined"), undefined);
  }));
