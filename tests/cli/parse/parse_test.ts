import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../cli/errors.ts";
import { command, group } from "../../../cli/parse/grammar.ts";
import { parseLine } from "../../../cli/parse/parse.ts";

const load = () => Promise.resolve(async () => {});
const ROOT = group({ name: "letts", summary: "" }, [
  group({ name: "ctl", summary: "" }, [
    command({
      name: "list",
      summary: "",
      flags: [{
        since: { type: "text", help: "" },
        limit: { type: "int", default: 0, help: "" },
        match: { type: "csv", help: "" },
        file: { type: "list", short: "f", help: "" },
        all: { type: "switch", help: "" },
        output: { type: "text", short: "o", choices: ["raw", "json"], help: "" },
      }],
    }, load),
  ]),
  command({ name: "exec", summary: "", positionals: [{ name: "argv", rest: true }], flags: [] }, load),
  command({ name: "raw", summary: "", raw: true, flags: [] }, load),
  command({
    name: "daemon",
    summary: "",
    standalone: true,
    flags: [{ config: { type: "text", help: "" }, check: { type: "switch", help: "" } }],
  }, load),
]);

function parsed(line: string): Extract<ReturnType<typeof parseLine>, { readonly kind: "run" }> {
  const invocation = parseLine(ROOT, line === "" ? [] : line.split(" "));
  if (invocation.kind !== "run") throw new Error(`${line} asks for ${invocation.kind}`);
  return invocation;
}

Deno.test("parseLine() takes global flags before, between and behind the words of a command", () => {
  for (const line of ["-v --config c ctl list", "ctl -v --config=c list", "ctl list --config c --verbose"]) {
    const { path, globals } = parsed(line);
    assertEquals([path.join(" "), globals.verbose, globals.config], ["letts ctl list", true, "c"]);
  }
});

Deno.test("parseLine() takes flags of the command before its name", () => {
  assertEquals(parsed("--since -1h --all ctl list").flags.since, "-1h");
});

Deno.test("parseLine() takes a value that begins with a dash", () => {
  assertEquals(parsed("ctl list --since -1h").flags.since, "-1h");
  assertEquals(parsed("ctl list --limit -5").flags.limit, -5);
});

Deno.test("parseLine() reads switches with and without a value", () => {
  assertEquals(parsed("ctl list --all").flags.all, true);
  assertEquals(parsed("ctl list --all=false").flags.all, false);
  assertEquals(parsed("ctl list --all=T").flags.all, true);
});

Deno.test("parseLine() reads letters in every form", () => {
  for (const line of ["-f a", "-fa", "-f=a", "-vf a", "-qvfa"]) {
    assertEquals(parsed(`ctl list ${line}`).flags.file, ["a"], line);
  }
  assertEquals(parsed("ctl list -vq").globals.quiet, true);
});

Deno.test("parseLine() splits labels at commas but not paths", () => {
  assertEquals(parsed(`ctl list --match a,"b,c" --match d`).flags.match, ["a", "b,c", "d"]);
  assertEquals(parsed("ctl list --file a,b --file c").flags.file, ["a,b", "c"]);
});

Deno.test("parseLine() prefers a command's own flag to its global namesake", () => {
  const { flags, globals } = parsed("ctl list -o raw");
  assertEquals([flags.output, globals.output], ["raw", "text"]);
  assertThrows(() => parsed("ctl list --output yaml"), UsageError, "must be one of raw, json");
});

Deno.test("parseLine() counts an empty text as not given", () => {
  assertEquals(parseLine(ROOT, ["ctl", "list", "--since", "", "--output="]).kind, "run");
  assertEquals(parsed("exec --output= a").globals.output, "text");
});

Deno.test("parseLine() ends flags at two dashes", () => {
  assertEquals(parsed("exec a -v b -- -v --help").args, ["a", "b", "-v", "--help"]);
  assertEquals(parsed("exec - -v").args, ["-"]);
});

Deno.test("parseLine() hands everything to a command with a grammar of its own", () => {
  assertEquals(parsed("-q raw -config x --help").args, ["-config", "x", "--help"]);
  assertEquals(parsed("-q raw").globals.quiet, true);
});

Deno.test("parseLine() shows the help of a group without a command, and refuses an unknown one", () => {
  assertEquals(parseLine(ROOT, ["ctl"]), { kind: "help", node: ROOT.children[0]!, path: ["letts", "ctl"] });
  assertThrows(
    () => parseLine(ROOT, ["ctl", "lst"]),
    UsageError,
    `unknown command "lst" for "letts ctl", did you mean list?`,
  );
});

Deno.test("parseLine() of a standalone command takes long flags with one dash, and no global ones", () => {
  for (const line of ["daemon -config=c -check", "daemon --config c --check", "-v daemon -check -config c"]) {
    assertEquals(parsed(line).flags, { config: "c", check: true, help: false });
  }
  assertEquals(parsed("--config letts.yaml daemon").globals.config, "letts.yaml");
  assertEquals(parsed("daemon -check=false").flags.check, false);
  assertEquals(parsed("daemon -check rest -unknown").flags.check, true, "reading ends at the first argument");
  for (const line of ["daemon -verbose", "daemon --output json", "daemon -check -config"]) {
    assertThrows(() => parseLine(ROOT, line.split(" ")), UsageError);
  }
});
