/** Whether the services of dugdales on this machine have what their work needs. @module */
import type { Check } from "./checks.ts";
import type { Finding } from "./vitals.ts";

/** The units of the package and of `letts dugdale install`. */
const UNITS = "letts-dugdale*.service";

/** What systemd is asked. */
const PROPERTIES: readonly string[] = [
  "Id",
  "LoadState",
  "ActiveState",
  "UnitFileState",
  "NeedDaemonReload",
  "Type",
  "Restart",
  "KillMode",
  "WatchdogUSec",
  "LimitNOFILE",
];

/** Three pipes for each running mission, and a socket for each follower. */
const OPEN_FILES_LEAST = 4096;

/** Properties of a unit by their names. */
export type UnitProperties = Readonly<Record<string, string>>;

/** Asks systemd about the services of dugdales. Nothing where there is no systemd, or no such service. */
export async function unitChecks(): Promise<readonly Check[]> {
  return parseUnits(await shown()).filter(({ LoadState }) => LoadState === "loaded")
    .flatMap((unit) => unitFindings(unit).map((finding) => ({ subject: unit.Id ?? UNITS, ...finding })));
}

async function shown(): Promise<string> {
  try {
    const args = ["show", "--no-pager", `--property=${PROPERTIES.join()}`, UNITS];
    const { code, stdout } = await new Deno.Command("systemctl", { args, stdin: "null", stderr: "null" })
      .output();
    return code === 0 ? new TextDecoder().decode(stdout) : "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return "";
    throw error;
  }
}

/** Units are separated by an empty line. */
function parseUnits(text: string): readonly UnitProperties[] {
  return text.split("\n\n").map((unit) =>
    Object.fromEntries(
      unit.split("\n").filter((line) => line.includes("=")).map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    )
  );
}

/** What a unit lacks, or that it lacks nothing. */
export function unitFindings(unit: UnitProperties): readonly Finding[] {
  const { Id = "", ActiveState, UnitFileState, NeedDaemonReload, Type, Restart, KillMode } = unit;
  const name = Id.replace(/\.service$/, "");
  const edit = (line: string) => `${line} in the unit: systemctl edit ${name}`;
  const gaps: readonly (readonly [boolean, string, string])[] = [
    [ActiveState === "failed", "has failed", `journalctl -u ${name} says why`],
    [UnitFileState === "disabled", "does not start with the machine", `systemctl enable ${name}`],
    [NeedDaemonReload === "yes", "has changed on disk", "systemctl daemon-reload"],
    [Type !== "notify", "counts as started before it answers", edit("Type=notify")],
    [
      KillMode !== "mixed" && KillMode !== "process",
      "a stop ends running missions at once",
      edit("KillMode=mixed, and ExecStop= and TimeoutStopSec= as letts dugdale install --print shows them,"),
    ],
    [Restart === "no", "is not started again after a crash", edit("Restart=on-failure")],
    [
      Type === "notify" && ["0", "infinity"].includes(unit.WatchdogUSec ?? ""),
      "is not started again when it hangs",
      edit("WatchdogSec=60"),
    ],
    [
      Number(unit.LimitNOFILE) < OPEN_FILES_LEAST,
      `may have ${unit.LimitNOFILE} files open, three for each running mission`,
      edit("LimitNOFILE=65536"),
    ],
  ];
  const found = gaps.filter(([is]) => is).map(([, message, fix]) => ({
    verdict: "warn" as const,
    message,
    fix,
  }));
  return found.length > 0 ? found : [{ verdict: "ok", message: "the service has what its work needs" }];
}
