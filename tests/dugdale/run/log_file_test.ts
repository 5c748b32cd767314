import { assertEquals } from "@std/assert";
import type { Log } from "../../../dugdale/host/log.ts";
import { systemDisk } from "../../../dugdale/host/disk.ts";
import { LogFile, type LogFileOptions } from "../../../dugdale/run/log_file.ts";

interface Kept {
  readonly path: string;
  readonly passed: unknown[];
  readonly failures: unknown[];
  readonly writes: { count: number };
  open(options?: Partial<LogFileOptions>): LogFile;
}

async function withLog(use: (kept: Kept) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/log`;
  const passed: unknown[] = [], failures: unknown[] = [], writes = { count: 0 };
  const at = (level: string) => (text: string, fields: unknown) => void passed.push([level, text, fields]);
  const log: Log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const open = (options: Partial<LogFileOptions> = {}): LogFile =>
    new LogFile({
      disk: systemDisk,
      path: () => path,
      append: false,
      limitBytes: 1000,
      clock: { wallMs: () => 5 },
      log,
      facts: { mission_id: "i" },
      onWrite: () => writes.count++,
      onFailure: (error) => failures.push(error),
      ...options,
    });
  try {
    use({ path, passed, failures, writes, open });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("L22: LogFile keeps level, message and fields, digit by digit, and passes them to the daemon's log", () =>
  withLog(({ path, passed, writes, open }) => {
    using file = open();
    file.write({ level: "info", message: "loaded", fields: '{"rows":9007199254740993}' });
    file.write({ level: "error", message: 'no "x"', fields: null });
    assertEquals(
      Deno.readTextFileSync(path),
      '{"time":5,"level":"info","message":"loaded","fields":{"rows":9007199254740993}}\n' +
        '{"time":5,"level":"error","message":"no \\"x\\""}\n',
    );
    assertEquals(passed, [
      ["info", "mission log", { mission_id: "i", message: "loaded", fields: { rows: 9007199254740992 } }],
      ["error", "mission log", { mission_id: "i", message: 'no "x"' }],
    ]);
    assertEquals(writes.count, 2);
  }));

Deno.test("LogFile makes no file before the first line", () =>
  withLog(({ path, open }) => {
    open()[Symbol.dispose]();
    assertEquals([...Deno.readDirSync(path.slice(0, -4))], []);
  }));

Deno.test("LogFile says where it was cut, and drops what follows", () =>
  withLog(({ path, passed, open }) => {
    using file = open({ limitBytes: 120 });
    for (let n = 0; n < 9; n++) file.write({ level: "info", message: `line ${n}`, fields: null });
    const lines = Deno.readTextFileSync(path).trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.map(({ level }) => level), ["info", "info", "warn"]);
    assertEquals(lines.at(-1)?.message, "the log ends here: a dugdale keeps 120 bytes of it");
    assertEquals(passed.length, 2);
  }));

Deno.test("LogFile of a further attempt appends, and that of a first one begins anew", () =>
  withLog(({ path, open }) => {
    const messages = () =>
      Deno.readTextFileSync(path).trimEnd().split("\n").map((line) => JSON.parse(line).message);
    for (const [message, append] of [["a", false], ["b", true], ["c", false]] as const) {
      using file = open({ append });
      file.write({ level: "info", message, fields: null });
      assertEquals(messages(), message === "b" ? ["a", "b"] : [message]);
    }
  }));

Deno.test("LogFile that cannot be written is given up once, and the daemon's log has the lines before", () =>
  withLog(({ failures, passed, open }) => {
    using file = open({ path: () => "/nonexistent/log" });
    for (const message of ["a", "b"]) file.write({ level: "info", message, fields: null });
    assertEquals([failures.length, passed.length], [1, 1]);
  }));

Deno.test("LogFile passes long messages cut, and long fields not at all", () =>
  withLog(({ passed, open }) => {
    using file = open({ limitBytes: 100_000 });
    file.write({ level: "info", message: "x".repeat(2000), fields: JSON.stringify({ a: "y".repeat(5000) }) });
    const [[, , { message, ...facts }]] = passed as [[string, string, { message: string }]];
    assertEquals([message.length < 520, message.endsWith("…[truncated]")], [true, true]);
    assertEquals(facts, { mission_id: "i" });
  }));
