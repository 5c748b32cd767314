/** Runs every measurement, one after the other. */
for (
  const name of [
    // First, because the others leave removed files behind, and ext4 avoids their inodes for a minute, one by one.
    "missions_bench.ts",
    "idle_bench.ts",
    "dispatch_bench.ts",
    "many_bench.ts",
    "follow_bench.ts",
    "staging_bench.ts",
    "import_bench.ts",
    "client_files_bench.ts",
    "startup_bench.ts",
    "packed_bench.ts",
  ]
) {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(name, import.meta.url).pathname],
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
