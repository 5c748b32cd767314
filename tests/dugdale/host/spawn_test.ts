import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { ChildProcessSpawner } from "../../../dugdale/host/child_process_spawn.ts";
import { openLibc } from "../../../dugdale/host/libc.ts";
import type { Output } from "../../../dugdale/host/output.ts";
import { procStat } from "../../../dugdale/host/proc_stat.ts";
import { PosixSpawner } from "../../../dugdale/host/posix_spawn.ts";
import { type Child, type Spawner, SpawnError, type SpawnRequest } from "../../../dugdale/host/spawn.ts";

const SPAWNERS: Readonly<Record<string, () => Spawner>> = {
  PosixSpawner: () => {
    const libc = openLibc();
    assert(libc, "this system should allow FFI to the C library");
    return new PosixSpawner(libc, systemClock);
  },
  ChildProcessSpawner: () => new ChildProcessSpawner(),
};

const base: SpawnRequest = {
  argv: [],
  env: { PATH: "/usr/bin:/bin" },
  cwd: "/",
  stdin: "/dev/null",
  control: true,
};

async function text(output: Output | undefined): Promise<string> {
  const decoder = new TextDecoder();
  let all = "";
  await output?.read((chunk) => {
    all += decoder.decode(chunk, { stream: true });
  });
  return all;
}

async function outcome(child: Child): Promise<{ code: number; signal: string | null; texts: string[] }> {
  const [status, ...texts] = await Promise.all([
    child.exited,
    text(child.stdout),
    text(child.stderr),
    text(child.control),
  ]);
  assert(status, "it was reaped by its spawner");
  return { ...status, texts };
}

const SIGPIPE = 1n << 12n;

/** The signals from 1 to 31 that a process ignores, by its status file. */
function ignoredIn(status: string): bigint {
  return BigInt(`0x${/SigIgn:\s*(\w+)/.exec(status)![1]}`) & 0x7fff_ffffn;
}

for (const [name, open] of Object.entries(SPAWNERS)) {
  Deno.test(`${name} gives a process its stdin, three pipes, its folder and its variables`, async () => {
    using spawner = open();
    const stdin = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(stdin, "fed");
      const script = 'cat; pwd; env | sort; echo "to stderr" >&2; echo "to three" > /dev/fd/3';
      const child = await spawner.spawn({
        ...base,
        argv: ["sh", "-c", script],
        cwd: "/usr",
        stdin,
        env: { A: "ä" },
      });
      const { texts, code } = await outcome(child);
      assertEquals(texts, ["fed/usr\nA=ä\nPWD=/usr\n", "to stderr\n", "to three\n"]);
      assertEquals(code, 0);
    } finally {
      await Deno.remove(stdin);
    }
  });

  Deno.test(`${name} makes descriptor 3 a pipe and ignores no signal`, async () => {
    using spawner = open();
    const script = "test -p /dev/fd/3 && echo pipe; grep SigIgn /proc/self/status";
    const { texts } = await outcome(await spawner.spawn({ ...base, argv: ["sh", "-c", script] }));
    assertStringIncludes(texts[0]!, "pipe\n");
    // A shell cannot give back what this process itself was started without; SIGPIPE the runtime ignores by itself.
    const lacking = name === "PosixSpawner"
      ? 0n
      : ignoredIn(Deno.readTextFileSync("/proc/self/status")) & ~SIGPIPE;
    assertEquals(ignoredIn(texts[0]!) & ~lacking, 0n, "signals 1 to 31");
  });

  Deno.test(`${name} reports status and signal of the end`, async () => {
    using spawner = open();
    const child = await spawner.spawn({ ...base, argv: ["sh", "-c", "exit 7"] });
    const seven = await outcome(child);
    assertEquals([seven.code, seven.signal], [7, null]);
    assertEquals(child.signal("SIGTERM"), false, "no process is left");
    const segv = await outcome(await spawner.spawn({ ...base, argv: ["sh", "-c", "kill -SEGV $$"] }));
    assertEquals([segv.code, segv.signal], [-1, "SEGV"]);
  });

  Deno.test(`${name} signals the whole group`, async () => {
    using spawner = open();
    const child = await spawner.spawn({ ...base, argv: ["sh", "-c", "sleep 100 & echo started; wait"] });
    const started = Promise.withResolvers<void>();
    // The pipes only end once the sleep in the background, which holds them too, is gone.
    const ends = [child.stdout.read(() => started.resolve()), text(child.stderr), text(child.control)];
    await started.promise;
    assertEquals([child.ended, child.stdout.ended], [false, false]);
    assert(child.signal("SIGKILL"));
    await Promise.all(ends);
    assertEquals((await child.exited)?.signal, "KILL");
    assertEquals([child.ended, child.stdout.ended], [true, true]);
  });

  Deno.test(`${name} lets a stopped process obey SIGTERM, and gives each a session without a terminal`, async () => {
    using spawner = open();
    const script =
      `trap 'echo tidied; exit 0' TERM; cut -d' ' -f5-7 /proc/$$/stat; kill -STOP $$; while :; do sleep 0.01; done`;
    const child = await spawner.spawn({ ...base, argv: ["bash", "-c", script] });
    const ended = outcome(child);
    while (procStat(child.pid)?.state !== "T") await systemClock.sleep(5);
    assert(child.signal("SIGTERM"));
    const { texts, code } = await ended;
    // Process group, session, terminal.
    assertEquals([texts[0], code], [`${child.pid} ${child.pid} 0\ntidied\n`, 0]);
  });

  Deno.test(`${name} hands on all that a process says, however much, and also what it left in the pipe`, async () => {
    using spawner = open();
    const script = "head -c 3000000 /dev/zero | tr '\\0' x; echo left >&2";
    const { texts } = await outcome(await spawner.spawn({ ...base, argv: ["sh", "-c", script] }));
    assertEquals([texts[0]!.length, texts[1]], [3_000_000, "left\n"]);
    const quick = await spawner.spawn({ ...base, argv: ["sh", "-c", "echo to three > /dev/fd/3"] });
    await quick.exited;
    assertEquals(await Promise.all([text(quick.stdout), text(quick.stderr), text(quick.control)]), [
      "",
      "",
      "to three\n",
    ]);
  });

  Deno.test(`${name} closes a pipe that a descendant still holds, before it is read and after`, async () => {
    using spawner = open();
    const script = "echo said; sleep 100 & exit 3";
    const child = await spawner.spawn({ ...base, control: false, argv: ["sh", "-c", script] });
    assertEquals((await child.exited)?.code, 3);
    const said = Promise.withResolvers<string>();
    const read = child.stdout.read((chunk) => said.resolve(new TextDecoder().decode(chunk)));
    assertEquals(await said.promise, "said\n");
    for (const output of [child.stdout, child.stderr]) output.close();
    await Promise.all([read, text(child.stderr)]);
    assertEquals([child.stdout.ended, child.stderr.ended], [true, true]);
    child.signal("SIGKILL");
  });

  Deno.test(`${name} refuses what cannot be started`, async () => {
    using spawner = open();
    const missing = await assertRejects(
      () => spawner.spawn({ ...base, argv: ["no-such-program"] }),
      SpawnError,
    );
    assertEquals(missing.code, "ENOENT");
    const denied = await assertRejects(() => spawner.spawn({ ...base, argv: ["/etc/passwd"] }), SpawnError);
    assertEquals(denied.code, "EACCES");
    const nowhere = { ...base, argv: ["/bin/true"], cwd: "/no-such-folder" };
    assertEquals((await assertRejects(() => spawner.spawn(nowhere), SpawnError)).code, "ENOENT");
    const nul = await assertRejects(() => spawner.spawn({ ...base, argv: ["true", "a\0b"] }), SpawnError);
    assertEquals(nul.code, "EINVAL");
  });

  Deno.test(`${name} looks a program with a relative path up in the working directory`, async () => {
    using spawner = open();
    const { texts } = await outcome(
      await spawner.spawn({ ...base, argv: ["./bin/sh", "-c", "echo here"], cwd: "/usr" }),
    );
    assertEquals(texts[0], "here\n");
  });

  Deno.test(`${name} passes arguments as they are`, async () => {
    using spawner = open();
    const odd = ["", "two words", "$HOME `id` $(id)", "; rm -rf", "'\"", "-n", "ünï\n"];
    const { texts } = await outcome(await spawner.spawn({ ...base, argv: ["printf", "<%s>", ...odd] }));
    assertEquals(texts[0], odd.map((argument) => `<${argument}>`).join(""));
  });
}

Deno.test("PosixSpawner says what is wrong with the first line of a script", async () => {
  using spawner = SPAWNERS.PosixSpawner!();
  const path = await Deno.makeTempFile();
  try {
    await Deno.chmod(path, 0o755);
    for (
      const [text, code, reason] of [
        ["echo", "ENOEXEC", "not a program: the file has no first line that names one, such as #!/bin/sh"],
        ["\ufeff#!/bin/sh\n", "ENOEXEC", "its first line begins with a byte order mark: save it without one"],
        [
          "#!/bin/sh\r\n",
          "ENOENT",
          "its first line ends with a carriage return: save it with plain line feeds",
        ],
        ["#! /no/such -x\n", "ENOENT", "its first line names /no/such, which is not there"],
      ] as const
    ) {
      // Written by another process: a file that this one has open for writing cannot be started meanwhile.
      const args = ["-c", `printf %s "$1" >"$0"`, path, text];
      assert((await new Deno.Command("sh", { args }).output()).success);
      const error = await assertRejects(() => spawner.spawn({ ...base, argv: [path] }), SpawnError);
      assertEquals(error.message, `cannot start ${JSON.stringify(path)}: ${reason} (${code})`);
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("PosixSpawner gives no exit status of a process that was reaped elsewhere", async () => {
  const libc = openLibc();
  assert(libc, "this system should allow FFI to the C library");
  using spawner = new PosixSpawner(libc, systemClock);
  // Leaves the status of another one behind.
  assertEquals((await outcome(await spawner.spawn({ ...base, argv: ["sh", "-c", "exit 7"] }))).code, 7);
  const child = await spawner.spawn({ ...base, argv: ["sleep", "600"] });
  child.signal("SIGKILL");
  assertEquals(libc.calls.waitpid(child.pid, new Uint8Array(64), 0), child.pid);
  assertEquals(await child.exited, undefined);
  await Promise.all([text(child.stdout), text(child.stderr), text(child.control)]);
});

Deno.test("PosixSpawner leaves no descriptor, thread or zombie behind, and holds no thread for a running process", async () => {
  const script = new URL("spawn_leaks.ts", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, "400", "300"] })
    .output();
  const { before, after, during, end, defunct } = JSON.parse(new TextDecoder().decode(stdout));
  // The runtime opens one for itself now and then, such as for its caches; a leak would be one for each process.
  assertLess(after.descriptors, before.descriptors + 4);
  assertLess(after.threads, before.threads + 4);
  assertLess(during.threads, before.threads + 4, "while 300 processes run");
  assertLess(end.descriptors, before.descriptors + 4);
  assertEquals(defunct, 0);
});
