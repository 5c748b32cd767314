/**
 * Deliberate differences of this CLI from the reference.
 *
 * @module
 */

/** Differences that affect scripts written for the reference. */
export const DIFFERENCES: readonly (readonly [what: string, reference: string, here: string])[] = [
  ["`letts version`", "on stderr; no `--version`", "on stdout; `--version` does the same"],
  ["unknown command below a group", "help, exit 0", "exit 2"],
  ["arguments that no command asks for", "ignored by many commands", "exit 2"],
  ["commas in `--file`, `--in`, `--out`, `--output-file`, `apply -f`", "split", "part of the path"],
  ["`exec -o`, `staging download -o`", "unknown flag", "the same as `--output`"],
  [
    "wrong `--wait-timeout`, `--output-file`, `--stream`, ids, names and durations",
    "found out late, often by the dugdale: exit 1",
    "checked before the first request: exit 2",
  ],
  ["`exec --out` to a path that exists", "found out after the command ran", "before and after; exit 2"],
  ["a missing local file that a flag names", "exit 4", "exit 2"],
  ["`exec --script` without a command", "exit 255 after an upload", "exit 2"],
  ["`exec --host=,`", "crash", "exit 2"],
  [
    "`exec` whose output breaks off or was cut off by the dugdale",
    "a warning or the mark of the dugdale, exit by outcome",
    "goes on at the same place; what is lost is said on stderr, and 0 becomes 255",
  ],
  ["`exec` that ends with 125", "says nothing", "outcome, reason and message on stderr and in the JSON"],
  [
    "`exec` with standard input that is no terminal",
    "sent; with several hosts exit 2",
    "not read without `-i` or `--stdin`; `--stdin=auto` is the reference's way",
  ],
  ["`--file`, `--in`, `--script` with a pipe", "refused", "kept in a temporary file and sent"],
  ["two aliases of one dugdale", "run twice", "run once"],
  ["`exec` shell form and empty command", "checked after standard input was read", "before"],
  ["YAML output", "names run together, bytes as numbers", "the names and values of the JSON"],
  [
    "`run -o json`",
    "no id; logs with prefixes, cut at 64 KiB",
    "`mission_id`, `host`, whole logs, `stdout_truncated`, `stderr_truncated`",
  ],
  ["integers beyond 2^53 in results", "rounded", "exact"],
  ["progress without a value", "`[progress] 0.00`", "no number"],
  ["progress on a terminal", "lines", "a bar, unless `-q` or `--no-progress`"],
  ["`run -o ndjson` on several hosts", "host errors hidden", 'a line with `"event":"error"` at the end'],
  ["last line without newline in `exec` prefix and ndjson", "dropped", "printed"],
  [
    "tokens of `events`, `ctl exec output`, `dugdales info`, `lanes list`",
    "dispatch only",
    "whichever may read it",
  ],
  [
    "`exec --out`, `staging download`",
    "not verified, not atomic",
    "size and sha256 compared, then put in place",
  ],
  ["bulk restart and delete", "first page, asks for 0", "all pages or `--limit`; 0 is said and is no error"],
  ["`apply --dry-run` without `--prune`", "lanes shown as removed", "shown as kept"],
  ["`apply --host`", "exact ids, unknown ones ignored", "aliases too; unknown ones exit 2"],
  ["`events` without `--follow` on a running mission", "exit 1", "exit 0"],
  ["`logs` of both streams", "NDJSON", "text; `-o ndjson` gives the lines"],
  ["lists of lanes and dugdales", "random order, blank address for `url`", "sorted, with the address"],
  [
    "carriage returns and lines of more than 1 MiB in output",
    "shown at the next newline; the stream is given up",
    "a carriage return ends a line, a long line comes in parts",
  ],
  ["exec fan-out with a remote exit code 2", "a usage error is printed", "nothing is printed"],
  [
    "Ctrl-C",
    "leaves temporary files",
    "removes them and says how to follow and end the mission; exit 130; a second one leaves at once",
  ],
  ["closed output pipe", "ended by SIGPIPE", "exit 141, quietly"],
  ["`kill --signal`", "sent", "accepted; TERM is sent, which is what a dugdale does in any case"],
];
