import { assertEquals, assertRejects } from "@std/assert";
import { type ByteSource, byteSource } from "../../../client/files/byte_stream.ts";
import { saveTo } from "../../../client/files/save.ts";
import { StagingError } from "../../../client/errors.ts";

function sourceOf(text: string): ByteSource {
  return byteSource(ReadableStream.from([new TextEncoder().encode(text)]));
}

function broken(text: string): ByteSource {
  return byteSource(ReadableStream.from((function* () {
    yield new TextEncoder().encode(text);
    throw new Error("broken off");
  })()));
}

/** A folder that is removed with its content. */
class Folder implements Disposable {
  readonly path: string = Deno.makeTempDirSync();

  at(name: string): string {
    return `${this.path}/${name}`;
  }

  get names(): readonly string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

Deno.test("saveTo() touches nothing but the path, also a file called <path>.partial", async () => {
  using folder = new Folder();
  Deno.writeTextFileSync(folder.at("out.partial"), "mine");
  await saveTo(folder.at("out"), sourceOf("new"));
  assertEquals(Deno.readTextFileSync(folder.at("out")), "new");
  assertEquals(Deno.readTextFileSync(folder.at("out.partial")), "mine");
  assertEquals(folder.names, ["out", "out.partial"]);
});

Deno.test("saveTo() keeps the old file, and no other, when the source breaks off", async () => {
  using folder = new Folder();
  Deno.writeTextFileSync(folder.at("out"), "old");
  await assertRejects(() => saveTo(folder.at("out"), broken("ne")), Error, "broken off");
  assertEquals(Deno.readTextFileSync(folder.at("out")), "old");
  assertEquals(folder.names, ["out"]);
});

Deno.test("saveTo() keeps the permissions of a file that it replaces, and has them from the first byte on", async () => {
  using folder = new Folder();
  for (const mode of [0o600, 0o640, 0o755]) {
    Deno.writeTextFileSync(folder.at("out"), "old");
    Deno.chmodSync(folder.at("out"), mode);
    const looked: number[] = [];
    const source = sourceOf("new");
    await saveTo(folder.at("out"), {
      ...source,
      read: (view) => {
        for (const name of folder.names.filter((name) => name !== "out")) {
          looked.push((Deno.statSync(folder.at(name)).mode ?? 0) & ~mode & 0o077);
        }
        return source.read(view);
      },
    });
    assertEquals((Deno.statSync(folder.at("out")).mode ?? 0) & 0o7777, mode);
    assertEquals(new Set(looked), new Set([0]));
  }
});

Deno.test("saveTo() follows links, also one to a name that is free", async () => {
  using folder = new Folder();
  Deno.writeTextFileSync(folder.at("target"), "old");
  Deno.symlinkSync("target", folder.at("link"));
  Deno.symlinkSync("link", folder.at("link to link"));
  await saveTo(folder.at("link to link"), sourceOf("new"));
  assertEquals(Deno.readTextFileSync(folder.at("target")), "new");
  Deno.symlinkSync("free", folder.at("dangling"));
  await saveTo(folder.at("dangling"), sourceOf("made"));
  assertEquals(Deno.readTextFileSync(folder.at("free")), "made");
  assertEquals(folder.names, ["dangling", "free", "link", "link to link", "target"]);
  Deno.symlinkSync("circle", folder.at("circle"));
  await assertRejects(
    () => saveTo(folder.at("circle"), sourceOf("x")),
    StagingError,
    "circle cannot be written",
  );
});

Deno.test("saveTo() writes to pipes and devices and leaves them what they are", async () => {
  using folder = new Folder();
  await new Deno.Command("mkfifo", { args: [folder.at("pipe")] }).output();
  const reader = new Deno.Command("cat", { args: [folder.at("pipe")] }).output();
  await saveTo(folder.at("pipe"), sourceOf("through"));
  assertEquals(new TextDecoder().decode((await reader).stdout), "through");
  assertEquals(Deno.lstatSync(folder.at("pipe")).isFifo, true);
  Deno.symlinkSync("/dev/null", folder.at("null"));
  await saveTo(folder.at("null"), sourceOf("gone"));
  assertEquals(folder.names, ["null", "pipe"]);
  await assertRejects(() => saveTo("/dev/full", sourceOf("x")), StagingError, "/dev/full cannot be written");
});

Deno.test("saveTo() leaves the whole file of one of two who write the same path", async () => {
  using folder = new Folder();
  const texts = ["a", "b"].map((letter) => letter.repeat(1_000_000));
  await Promise.all(texts.map((text) =>
    saveTo(
      folder.at("out"),
      byteSource(ReadableStream.from(function* () {
        for (let at = 0; at < text.length; at += 100_000) {
          yield new TextEncoder().encode(text.slice(at, at + 100_000));
        }
      }())),
    )
  ));
  assertEquals(texts.includes(Deno.readTextFileSync(folder.at("out"))), true);
  assertEquals(folder.names, ["out"]);
});

Deno.test("saveTo() refuses a folder, and takes names as long as the file system does", async () => {
  using folder = new Folder();
  await assertRejects(
    () => saveTo(folder.path, sourceOf("x")),
    StagingError,
    "cannot be written: it is a folder",
  );
  const long = "n".repeat(255);
  await saveTo(folder.at(long), sourceOf("x"));
  assertEquals(folder.names, [long]);
});
