import { assertEquals } from "@std/assert";
import { unitFindings } from "../../../../cli/commands/doctor/unit_check.ts";
import { cli } from "../../cli_process.ts";
import { openFleet } from "../../fleet.ts";

/** As `systemctl show` prints what `letts dugdale install` writes. */
const GOOD: Readonly<Record<string, string>> = {
  Id: "letts-dugdale.service",
  LoadState: "loaded",
  ActiveState: "active",
  UnitFileState: "enabled",
  NeedDaemonReload: "no",
  Type: "notify",
  Restart: "on-failure",
  KillMode: "mixed",
  WatchdogUSec: "1min",
  LimitNOFILE: "65536",
};

Deno.test("unitFindings() names each gap of a service, and what closes it", () => {
  const found = (change: Record<string, string>) =>
    unitFindings({ ...GOOD, ...change }).map(({ verdict, message, fix }) =>
      [verdict, message, fix].join("; ")
    );
  const edit = "in the unit: systemctl edit letts-dugdale";
  assertEquals(found({}), ["ok; the service has what its work needs; "]);
  for (
    const [change, finding] of [
      [{ ActiveState: "failed" }, "has failed; journalctl -u letts-dugdale says why"],
      [{ UnitFileState: "disabled" }, "does not start with the machine; systemctl enable letts-dugdale"],
      [{ NeedDaemonReload: "yes" }, "has changed on disk; systemctl daemon-reload"],
      [{ Type: "simple" }, `counts as started before it answers; Type=notify ${edit}`],
      [{ Restart: "no" }, `is not started again after a crash; Restart=on-failure ${edit}`],
      [{ WatchdogUSec: "0" }, `is not started again when it hangs; WatchdogSec=60 ${edit}`],
      [
        { LimitNOFILE: "1024" },
        `may have 1024 files open, three for each running mission; LimitNOFILE=65536 ${edit}`,
      ],
      [
        { KillMode: "control-group" },
        `a stop ends running missions at once; KillMode=mixed, and ExecStop= and TimeoutStopSec= as letts dugdale install --print shows them, ${edit}`,
      ],
    ] as const
  ) assertEquals(found(change), [`warn; ${finding}`]);
  assertEquals(found({ LimitNOFILE: "infinity" }).length, 1);
  assertEquals(found({ Type: "simple", Restart: "no" }).length, 2);
});

Deno.test("letts doctor looks at the services of dugdales on this machine", async () => {
  await using fleet = await openFleet(1);
  const text = (unit: Readonly<Record<string, string>>) =>
    Object.entries(unit).map(([name, value]) => `${name}=${value}\n`).join("");
  const units = [GOOD, { ...GOOD, Id: "letts-dugdale@b.service", Type: "simple" }, {
    LoadState: "not-found",
  }];
  await Deno.mkdir(`${fleet.folder}/bin`);
  const script = `#!/bin/sh\ncase "$*" in *letts-dugdale\\**) ;; *) exit 1 ;; esac\ncat <<'END'\n${
    units.map(text).join("\n")
  }END\n`;
  await Deno.writeTextFile(`${fleet.folder}/bin/systemctl`, script, { mode: 0o755 });
  const env = { PATH: `${fleet.folder}/bin:${Deno.env.get("PATH")}` };
  const { code, stdout } = await cli(["doctor"], { cwd: fleet.folder, env });
  assertEquals([code, stdout.split("\n").filter((line) => line.includes("letts-dugdale"))], [0, [
    "ok    letts-dugdale.service    the service has what its work needs",
    "warn  letts-dugdale@b.service  counts as started before it answers",
    "                               fix: Type=notify in the unit: systemctl edit letts-dugdale@b",
  ]]);
});
