/**
 * The form that starts a mission, also one like another.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { change, type DashboardAnswer, ExactNumber, type MissionAnswer, parseExact, read } from "./api.ts";
import { Heading, jsonLines, mayAct } from "./parts.tsx";
import { Empty } from "./parts.tsx";
import { duration } from "./format.ts";
import { go, here, missionHref } from "./router.ts";

interface Fields {
  readonly host: string;
  readonly lane: string;
  readonly mission: string;
  readonly input: string;
  readonly timeout: string;
}

/** The form. */
export function Dispatch({ dashboard }: { dashboard: DashboardAnswer | undefined }): JSX.Element {
  const from = here.value.query.get("from");
  const [fields, setFields] = useState<Fields>({ host: "", lane: "", mission: "", input: "{}", timeout: "" });
  const [failure, setFailure] = useState<string | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (from === null) return;
    const [host = "", id = ""] = from.split("/");
    read<MissionAnswer>(`/api${missionHref(host, id)}`).then(({ mission }) => {
      setFields({
        host,
        lane: mission.lane,
        mission: mission.mission_name,
        input: jsonLines(mission.input ?? null),
        timeout: mission.timeout_ms ? duration(mission.timeout_ms).replaceAll(" ", "") : "",
      });
    }, (error) => setFailure(String(error.message)));
  }, [from]);
  if (!mayAct()) {
    return (
      <>
        <Heading title="Dispatch" />
        <Empty>This session may only read.</Empty>
      </>
    );
  }
  const hosts = dashboard?.hosts.filter(({ online }) => online).map(({ id }) => id) ?? [];
  const host = fields.host || hosts[0] || "";
  const lanes = dashboard?.lanes.filter((lane) => lane.host === host).map(({ name }) => name) ?? [];
  const lane = fields.lane || lanes[0] || "";
  const names = [...new Set(dashboard?.recent_failures.map(({ mission_name }) => mission_name) ?? [])];
  const fault = inputFault(fields.input);
  const set = (name: keyof Fields) => (event: { currentTarget: { value: string } }): void =>
    setFields({ ...fields, [name]: event.currentTarget.value });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      const { mission, timeout, input } = fields;
      const answer = await change<{ host: string; mission_id: string }>("/api/dispatch", {
        host,
        lane,
        mission,
        timeout: timeout || undefined,
        input: JSON.parse(input),
      });
      go(missionHref(answer.host, answer.mission_id));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  const options = (all: readonly string[], chosen: string): JSX.Element[] =>
    [...new Set([...all, chosen])].filter((one) => one !== "").map((one) => (
      <option key={one} value={one}>{one}</option>
    ));
  return (
    <>
      <Heading title={from === null ? "Dispatch a mission" : "Dispatch again"} />
      <form class="sheet" onSubmit={submit}>
        <div class="field-row">
          <label class="field">
            <span>Dugdale</span>
            <select
              value={host}
              onChange={(event) => setFields({ ...fields, host: event.currentTarget.value, lane: "" })}
            >
              {options(hosts, host)}
            </select>
          </label>
          <label class="field">
            <span>Lane</span>
            <select value={lane} onChange={set("lane")}>{options(lanes, lane)}</select>
          </label>
        </div>
        <div class="field-row">
          <label class="field grow">
            <span>Mission</span>
            <input
              required
              list="mission-names"
              value={fields.mission}
              onInput={set("mission")}
              spellcheck={false}
            />
          </label>
          <datalist id="mission-names">{names.map((name) => <option key={name} value={name} />)}</datalist>
          <label class="field">
            <span>Timeout (optional, such as 5m)</span>
            <input value={fields.timeout} onInput={set("timeout")} spellcheck={false} />
          </label>
        </div>
        <label class="field">
          <span>Input (JSON)</span>
          <textarea
            rows={12}
            data-ready={from === null || fields.mission !== "" ? "" : undefined}
            value={fields.input}
            onInput={set("input")}
            spellcheck={false}
            aria-invalid={fault !== undefined}
            aria-describedby="input-fault"
          />
        </label>
        <p id="input-fault" class="form-error" role="status">{fault}</p>
        {failure && <p class="form-error" role="alert">{failure}</p>}
        <div class="dialog-actions">
          <button
            type="button"
            disabled={fault !== undefined}
            onClick={() => setFields({ ...fields, input: jsonLines(JSON.parse(fields.input)) })}
          >
            Format
          </button>
          <button type="submit" class="primary" disabled={busy || fault !== undefined || lane === ""}>
            Dispatch
          </button>
        </div>
      </form>
    </>
  );
}

/** Why a text cannot be an input; undefined when it can. */
function inputFault(text: string): string | undefined {
  try {
    const inexact = findExact(parseExact(text));
    return inexact && `${inexact.text} has more digits than a browser can send; use letts dispatch`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function findExact(value: unknown): ExactNumber | undefined {
  if (value instanceof ExactNumber) return value;
  if (typeof value !== "object" || value === null) return undefined;
  for (const member of Object.values(value)) {
    const found = findExact(member);
    if (found !== undefined) return found;
  }
  return undefined;
}
