/** `letts ctl dugdales list`, `info` and `config`. @module */
import { withoutPasswords, withoutUser } from "../../../config/letts/base_url.ts";
import { paintFor } from "../../output/color.ts";
import { writeResult } from "../../output/record.ts";
import { bracketed } from "../../output/table.ts";
import { type Cell, terminalTable } from "../../output/terminal_table.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import type { HOST_FLAG } from "../shared_flags.ts";
import { oneDugdale } from "../target.ts";

type HostCall = Call<Values<typeof HOST_FLAG>>;

/** Prints dugdales of letts.yaml. Sends no requests. */
export async function listDugdales(call: Call<unknown>): Promise<void> {
  const client = await call.open();
  const dugdales = client.dugdales().map(({ id, host, url, labels, lanes }) => ({
    id,
    host: withoutUser(host) || undefined,
    url: withoutPasswords(url) || undefined,
    labels: labels.length > 0 ? labels : undefined,
    lanes: lanes.size > 0 ? [...lanes.keys()].sort() : undefined,
  }));
  const text = () =>
    dugdales.map(({ id, host, url, labels = [], lanes = [] }) =>
      `${id.padEnd(12)}  host=${(url ?? host ?? "").padEnd(25)}  lanes=${bracketed(lanes)}  labels=${
        bracketed(labels)
      }\n`
    ).join("");
  const forTerminal = () =>
    terminalTable(
      [{ title: "ID" }, { title: "ADDRESS", shrinks: true }, { title: "LANES", shrinks: true }, {
        title: "LABELS",
        shrinks: true,
      }],
      dugdales.map(({ id, host, url, labels = [], lanes = [] }): readonly Cell[] => [
        { text: id, color: "bold" },
        { text: url ?? host ?? "" },
        { text: lanes.join(" ") },
        { text: labels.join(" "), color: "cyan" },
      ]),
      { columns: call.io.columns(), paint: paintFor(call.io.stdout, call.io) },
    );
  await writeResult(
    call.io.stdout,
    call.globals.output,
    dugdales,
    call.io.stdout.isTerminal ? forTerminal : text,
  );
}

/** Prints version, uptime and queue of a dugdale. */
export async function dugdaleInfo(call: HostCall): Promise<void> {
  const client = await call.open();
  const { version, uptime_seconds, applied_at, queue_summary } = await client.info(
    oneDugdale(client.config, call.flags.host).id,
  );
  const { queued, running } = queue_summary;
  const record = { version, uptime_seconds, applied_at, queue_summary: { queued, running } };
  const text = () =>
    `version:   ${version}\nuptime_s:  ${uptime_seconds.toFixed(1)}\n` +
    `queue:     queued=${queued} running=${running}\n`;
  await writeResult(call.io.stdout, call.globals.output, record, text);
}

/** Prints the most recently applied configuration of a dugdale. */
export async function dugdaleConfig(call: HostCall): Promise<void> {
  const client = await call.open();
  const { applied_at, source, state } = await client.state(oneDugdale(client.config, call.flags.host).id);
  const record = { applied_at, source: source || undefined, state };
  const format = call.globals.output === "yaml" ? "yaml" : "json";
  await writeResult(call.io.stdout, format, record, () => "");
}
