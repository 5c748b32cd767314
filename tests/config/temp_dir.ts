/** Folders that tests write files into. @module */
import { join } from "@std/path";

/** A folder of its own, gone when the test ends. */
export class TempDir implements Disposable {
  /** Its path. */
  readonly path: string = Deno.makeTempDirSync({ prefix: "letts-config-" });

  /** Writes a file and gives its path. The mode does not depend on the umask. */
  write(name: string, text: string | Uint8Array<ArrayBuffer>, mode = 0o600): string {
    const file = join(this.path, name);
    Deno.mkdirSync(join(file, ".."), { recursive: true });
    Deno.writeFileSync(file, typeof text === "string" ? new TextEncoder().encode(text) : text);
    Deno.chmodSync(file, mode);
    return file;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
