/** `letts check mission`: what it finds in missions with one mistake each. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sha256 } from "../../../contract/dugdale.ts";
import { cli, startCli } from "../../cli_process.ts";

interface Report {
  readonly clean: boolean;
  readonly outcome: string;
  readonly fail_reason: string | null;
  readonly return: unknown;
  readonly outputs: Readonly<Record<string, number>>;
  readonly by_hand: { readonly exit_code: number };
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

interface Checked {
  readonly code: number;
  readonly report: Report;
  readonly stderr: string;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "letts-check-test-" }));
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Checks a shell script; without a descriptor 3 its lines go to stderr. */
async function checked(commands: string, ...flags: readonly string[]): Promise<Checked> {
  return await inFolder(async (cwd) => {
    const script = `#!/bin/sh\n[ -n "\${LETTS_MISSION_ID:-}" ] || exec 3>/dev/null\n${commands}\n`;
    await Deno.writeTextFile(`${cwd}/m.sh`, script, { mode: 0o755 });
    await Deno.writeTextFile(`${cwd}/data.txt`, "seven b");
    const { code, stdout, stderr } = await cli(["check", "mission", "m.sh", "-o", "json", ...flags], { cwd });
    return { code, report: JSON.parse(stdout || "{}"), stderr };
  });
}

const GOOD = `echo '{"event":"success","return":{"n":1}}' >&3`;

Deno.test("a mission that keeps to the protocol is clean", async () => {
  const { code, report } = await checked(
    `echo '{"event":"progress","value":0.5}' >&3\n` +
      `if [ -n "\${LETTS_MISSION_ID:-}" ]; then printf abc >out/x; echo '{"event":"output_file","key":"x"}' >&3; fi\n${GOOD}`,
  );
  assertEquals([code, report.clean, report.problems, report.notes], [0, true, [], []]);
  assertEquals([report.outcome, report.return, report.outputs], ["success", { n: 1 }, { x: 3 }]);
});

/** Commands, the outcome with its reason, and the problems. */
const MISTAKES:
  readonly (readonly [what: string, commands: string, ends: string, problems: readonly string[]])[] = [
    ["a line that is no JSON", `echo hello >&3\n${GOOD}`, "failed event_protocol_error", [
      "line 1 on descriptor 3 is not JSON: ",
    ]],
    [
      "several mistakes, each by its line",
      `echo '[]' >&3; echo >&3; echo '{"event":"done"}' >&3; echo '{"event":"progress","value":"half"}' >&3\n${GOOD}`,
      "failed event_protocol_error",
      [
        "line 1 on descriptor 3 is a JSON array, not an object",
        `line 3 on descriptor 3 has the unknown event "done"`,
        `line 4 on descriptor 3 progress "value" must be a number or null`,
      ],
    ],
    ["two endings", `${GOOD}\n${GOOD}`, "failed duplicate_final_event", [
      `line 2 on descriptor 3 has a second final event, "success" after "success"`,
    ]],
    [
      "a return that is a list",
      `echo '{"event":"success","return":[1]}' >&3`,
      "failed event_protocol_error",
      [
        `line 1 on descriptor 3 success "return" must be an object or null`,
      ],
    ],
    [
      "a line beyond 1 MiB",
      `head -c 1048577 /dev/zero | tr '\\0' ' ' >&3; echo >&3`,
      "failed event_line_too_large",
      [
        "line 1 on descriptor 3 is 1048577 bytes long, 1048576 are allowed",
      ],
    ],
    [
      "declared output files that are not there",
      `echo '{"event":"output_file","key":"b"}' >&3; echo '{"event":"output_file","key":"a"}' >&3\n${GOOD}`,
      "failed missing_output",
      [
        `missing_output: "a" was declared but not written`,
        `missing_output: "b" was declared but not written`,
      ],
    ],
    [
      "a link as an output file",
      `mkdir -p out; ln -s /etc/hostname out/a; echo '{"event":"output_file","key":"a"}' >&3\n${GOOD}`,
      "failed output_path_escape",
      [`output_path_escape: "a" is a symbolic link`],
    ],
    ["a file in out/ that was not declared", `mkdir -p out; echo x >out/forgotten\n${GOOD}`, "success null", [
      "out/forgotten was not declared, and so it would be discarded",
    ]],
    ["an event on stdout", `echo start; echo '{"event":"success"}'`, "success null", [
      `line 2 of stdout is an event; events are read on descriptor 3 only: {"event":"success"}`,
    ]],
    ["an event on stderr", `echo '{"event":"progress","value":1}' >&2`, "success null", [
      `line 1 of stderr is an event; events are read on descriptor 3 only: `,
    ]],
    ["success and another exit code", `${GOOD}\nexit 3`, "failed success_then_failed_exit", [
      "it ends as failed (success_then_failed_exit): said success, then ended with exit code 3",
    ]],
    ["fail and exit code 0", `echo '{"event":"fail","message":"no"}' >&3`, "failed fail_then_zero_exit", [
      "it ends as failed (fail_then_zero_exit): no",
    ]],
    ["an exit without a word", `echo "disk on fire" >&2; exit 7`, "failed no_event_nonzero_exit", [
      "it ends as failed (no_event_nonzero_exit): ended with exit code 7 and without an event; stderr: disk on fire",
    ]],
    [
      "a failure of its own",
      `echo '{"event":"fail","message":"no","reason":"tired"}' >&3; exit 1`,
      "failed tired",
      [
        "it ends as failed (tired): no",
      ],
    ],
    ["a signal", `kill -SEGV $$`, "failed segfault", ["it ends as failed (segfault): ended by signal SEGV"]],
    ["memory that ran out", `echo MemoryError >&2; exit 1`, "oom python_memory", [
      "it ends as oom (python_memory): MemoryError",
    ]],
  ];

for (const [what, commands, ends, problems] of MISTAKES) {
  Deno.test(`letts check mission tells ${what}`, async () => {
    const { code, report } = await checked(commands);
    assertEquals(`${report.outcome} ${report.fail_reason}`, ends);
    assertEquals([code, report.clean], [1, false]);
    assertEquals(report.problems.length, problems.length, JSON.stringify(report.problems));
    for (const [index, problem] of problems.entries()) {
      assert(report.problems[index]?.startsWith(problem), report.problems[index]);
    }
  });
}

/** Commands and the notes; the mission is clean all the same. */
const NOTES: readonly (readonly [what: string, commands: string, note: string])[] = [
  [
    "progress beyond 1",
    `echo '{"event":"progress","value":50}' >&3\n${GOOD}`,
    "line 1 on descriptor 3 has the progress value 50; 0 to 1 is meant",
  ],
  [
    "progress that says nothing",
    `echo '{"event":"progress"}' >&3\n${GOOD}`,
    "line 1 on descriptor 3 is a progress that has neither value nor message",
  ],
  [
    "progress after the end",
    `${GOOD}\necho '{"event":"progress","value":1}' >&3`,
    "line 2 on descriptor 3 is a progress that comes after the ending",
  ],
  [
    "a last line without its newline",
    `printf '{"event":"success"}' >&3`,
    "line 1 on descriptor 3 has no newline at its end",
  ],
  [
    "a flood of progress",
    `i=0; while [ $i -lt 60 ]; do echo '{"event":"progress","value":0}'; i=$((i + 1)); done >&3\n${GOOD}`,
    "10 of 60 progress reports would be dropped: at most 50 a second are kept",
  ],
  ["silence", "exit 0", "it has no final event"],
  ["noise", `head -c 1100000 /dev/zero\n${GOOD}`, "it prints 1100000 bytes on stdout"],
  [
    "trouble by hand",
    `[ -n "\${LETTS_MISSION_ID:-}" ] || { echo "where am I" >&2; exit 4; }\n${GOOD}`,
    "by hand it ends with exit code 4; stderr: where am I",
  ],
];

for (const [what, commands, note] of NOTES) {
  Deno.test(`letts check mission notes ${what}, which is no problem`, async () => {
    const { code, report } = await checked(commands);
    assertEquals([code, report.clean, report.problems], [0, true, []]);
    assertEquals(report.notes.length, 1, JSON.stringify(report.notes));
    assertStringIncludes(report.notes[0] ?? "", note);
  });
}

for (
  const [name, text, cause] of [
    ["a.ts", `import { x } from "./missing.ts";\nx();\n`, "stderr: error: Module not found "],
    ["b.ts", `import "@letts/nothing";\n`, `stderr: error: Import "@letts/nothing" not a dependency`],
    ["c.py", "import no_such_module\n", "stderr: ModuleNotFoundError: No module named 'no_such_module'"],
  ] as const
) {
  Deno.test(`letts check mission shows the cause of a failed import: ${name}`, async () => {
    await inFolder(async (cwd) => {
      await Deno.writeTextFile(`${cwd}/${name}`, text);
      const { code, stdout } = await cli(["check", "mission", name, "-o", "json"], { cwd });
      assertEquals(code, 1);
      assertStringIncludes(JSON.parse(stdout).problems[0], cause);
    });
  });
}

Deno.test("letts check mission hands over input, files and variables as a dugdale does", async () => {
  const { code, report, stderr } = await checked(
    `[ -n "\${LETTS_MISSION_ID:-}" ] || { echo "$1" | grep -q '"data":"/.*data.txt"'; exit; }
     input=$(cat)
     [ "$input" = '{"a":1.5,"big":12345678901234567890}' ] || exit 8
     [ "$PWD" = "$LETTS_WORKDIR" ] && [ "$(cat "$LETTS_IN_data")" = "seven b" ] && [ -d "$LETTS_TMPDIR" ] || exit 9
     printf '{"event":"success","return":{"input":%s,"size":%s,"sha":"%s","kind":"%s","tz":"%s"}}\\n' \\
       "$input" "$LETTS_IN_data__SIZE" "$LETTS_IN_data__SHA256" "$LETTS_KIND" "$TZ" >&3`,
    "--input",
    `{ "big": 12345678901234567890, "a": 1.50 }`,
    "--file",
    "data=data.txt",
  );
  assertEquals([code, report.problems, report.notes], [0, [], []], stderr);
  const { input, ...rest } = report.return as Record<string, unknown>;
  assertEquals(Object.keys(input as object), ["a", "big"]);
  assertEquals(rest, {
    size: 7,
    sha: await sha256("seven b"),
    kind: "mission",
    tz: "UTC",
  });
});

Deno.test("letts check mission ends a mission that does not end, and says so", async () => {
  const { code, report } = await checked("exec sleep 60", "--timeout", "300ms");
  assertEquals([code, report.outcome], [1, "timeout"]);
  assertEquals(report.problems, ["it ends as timeout: ran longer than its timeout of 300ms"]);
  assertEquals(report.notes, ["by hand it did not end in time"]);
});

Deno.test("letts check mission prints text for people", async () => {
  await inFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/m.sh`, `echo hello >&3\n`);
    const { code, stdout } = await cli(["check", "mission", "m.sh"], { cwd });
    assertEquals(code, 1);
    const lines = stdout.split("\n");
    assertEquals(lines[0]?.endsWith(`/sh ${cwd}/m.sh`), true, lines[0]);
    assertEquals(lines[1], "outcome   failed, event_protocol_error");
    assertStringIncludes(stdout, "\nproblem  line 1 on descriptor 3 is not JSON: ");
    assertEquals(stdout.includes("clean"), false);
  });
});

Deno.test("letts check mission refuses what it cannot start", async () => {
  await inFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/plain`, "x");
    await Deno.writeTextFile(`${cwd}/m.sh`, "exit 0");
    await Deno.writeTextFile(`${cwd}/gone`, "#!/nowhere/at/all\n", { mode: 0o755 });
    const cases: readonly (readonly [args: readonly string[], code: number, text: string])[] = [
      [["none.sh"], 2, "there is no mission none.sh"],
      [["."], 2, ". is not a regular file"],
      [["plain"], 2, "plain is not executable, and its ending names no program"],
      [["gone"], 1, "cannot start "],
      [["m.sh", "--input", "{"], 2, "--input is not JSON"],
      [["m.sh", "--file", "a=none"], 2, "--file: none does not exist"],
      [["m.sh", "--file", "__a=m.sh"], 2, `--file: role "__a" must be`],
      [["m.sh", "--timeout", "soon"], 2, "--timeout: "],
      [[], 2, "check mission: accepts 1 arg(s), received 0"],
    ];
    for (const [args, code, text] of cases) {
      const ended = await cli(["check", "mission", ...args], { cwd });
      assertEquals([ended.code, ended.stdout], [code, ""], ended.stderr);
      assertStringIncludes(ended.stderr, text);
    }
  });
});

Deno.test("Ctrl-C ends the mission that letts check mission runs, and leaves nothing behind", async () => {
  await inFolder(async (cwd) => {
    await Deno.writeTextFile(
      `${cwd}/m.sh`,
      `echo $$ >"$PWD_OF_TEST/pid.tmp"; mv "$PWD_OF_TEST/pid.tmp" "$PWD_OF_TEST/pid"; exec sleep 60\n`,
    );
    await Deno.mkdir(`${cwd}/tmp`);
    const script = await Deno.readTextFile(`${cwd}/m.sh`);
    await Deno.writeTextFile(`${cwd}/m.sh`, script.replaceAll("$PWD_OF_TEST", cwd));
    using watch = Deno.watchFs(cwd);
    const child = startCli(["check", "mission", "m.sh"], { cwd, env: { TMPDIR: `${cwd}/tmp` } });
    for await (const event of watch) if (event.paths.some((path) => path.endsWith("/pid"))) break;
    const pid = Number(await Deno.readTextFile(`${cwd}/pid`));
    child.kill("SIGINT");
    const { code } = await child.output();
    assertEquals(code, 130);
    assertEquals([...Deno.readDirSync(`${cwd}/tmp`)], []);
    assertEquals(await Deno.stat(`/proc/${pid}`).then(() => true, () => false), false);
  });
});
