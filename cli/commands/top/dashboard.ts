/**
 * State of the `letts top` screen, and the effect of keys on it.
 *
 * @module
 */
import type { Mission } from "../../../client/types.ts";
import type { LaneRecord } from "../../../protocol/lane.ts";
import type { Key } from "./keys.ts";
import type { HostSnapshot } from "./snapshot.ts";

/** A lane in the list. */
export interface LaneRow {
  readonly kind: "lane";
  /** Identifies a row across updates. */
  readonly key: string;
  readonly host: string;
  readonly lane: LaneRecord;
}

/** An unreachable dugdale, in the place of its lanes. */
export interface HostRow {
  readonly kind: "host";
  readonly key: string;
  readonly host: string;
  readonly error: Error;
}

/** A running mission in the list. */
export interface MissionRow {
  readonly kind: "mission";
  readonly key: string;
  readonly host: string;
  readonly mission: Mission;
}

/** Selectable rows. */
export type Row = LaneRow | HostRow | MissionRow;

/** Effects of a key outside the screen. */
export type Action =
  | { readonly do: "quit" }
  | { readonly do: "show"; readonly row: Row }
  | { readonly do: "logs"; readonly row: MissionRow }
  | { readonly do: "kill"; readonly row: MissionRow }
  | { readonly do: "pause"; readonly row: LaneRow };

/** Text that covers the list, such as the record of a mission. */
export interface Pane {
  readonly title: string;
  /** Its current lines. They may grow. */
  readonly lines: readonly string[];
  /** Starts at the end and stays there, as for output. */
  readonly follows: boolean;
}

/** The list, the filter, the selected row, and the pane in front of them. */
export class Dashboard {
  hosts: readonly HostSnapshot[] = [];
  /** A message about the last action, shown until the next key. */
  message = "";
  #filter = "";
  #typing = false;
  #chosen = "";
  #confirm: MissionRow | undefined;
  #pane: Pane | undefined;
  /** Index of the pane's first visible line; undefined at its end. */
  #top: number | undefined;

  /** Text that names must contain. */
  get filter(): string {
    return this.#filter;
  }

  /** Whether keys are input of the filter. */
  get typing(): boolean {
    return this.#typing;
  }

  /** The mission that is killed if the next key is `y`. */
  get confirm(): MissionRow | undefined {
    return this.#confirm;
  }

  /** What covers the list. */
  get pane(): Pane | undefined {
    return this.#pane;
  }

  /** Lanes, and unreachable dugdales, in the order of letts.yaml. */
  get lanes(): readonly (LaneRow | HostRow)[] {
    return this.hosts.flatMap(({ host, error, lanes }): readonly (LaneRow | HostRow)[] => {
      if (error !== undefined) return [{ kind: "host" as const, key: host, host, error }];
      return lanes.map((lane) => ({ kind: "lane" as const, key: `${host}/${lane.name}`, host, lane }));
    }).filter((row) => this.#matches(row.host, row.kind === "lane" ? row.lane.name : ""));
  }

  /** Running missions, the longest first. */
  get missions(): readonly MissionRow[] {
    return this.hosts.flatMap(({ host, running }) =>
      running.map((mission) => ({
        kind: "mission" as const,
        key: `${host}/${mission.lane}/${mission.missionId}`,
        host,
        mission,
      }))
    ).filter(({ host, mission }) =>
      this.#matches(host, mission.lane, mission.missionName, mission.displayName ?? "", mission.missionId)
    ).toSorted((a, b) => (a.mission.startedMs ?? Infinity) - (b.mission.startedMs ?? Infinity));
  }

  /** The selected row; the first one, if none was selected or it no longer exists. */
  get chosen(): Row | undefined {
    const rows = this.#rows;
    return rows.find(({ key }) => key === this.#chosen) ?? rows[0];
  }

  /** Covers the list. */
  open(pane: Pane): void {
    this.#pane = pane;
    this.#top = pane.follows ? undefined : 0;
  }

  /** The visible lines of the pane. */
  paneLines(height: number): readonly string[] {
    const { lines } = this.#pane ?? { lines: [] };
    const last = Math.max(0, lines.length - height);
    if (this.#top !== undefined && this.#top > last) this.#top = last;
    const top = this.#top ?? last;
    return lines.slice(top, top + height);
  }

  /**
   * Handles a key.
   *
   * @param height Number of visible lines of the list or the pane.
   * @return What the caller has to do.
   */
  press(key: Key, height: number): Action | undefined {
    this.message = "";
    if (this.#confirm !== undefined) return this.#answer(key, this.#confirm);
    if (this.#typing) return this.#type(key);
    if (this.#pane !== undefined) return this.#pressInPane(key, this.#pane, height);
    return this.#pressInList(key, height);
  }

  #answer(key: Key, row: MissionRow): Action | undefined {
    this.#confirm = undefined;
    return letter(key) === "y" ? { do: "kill", row } : undefined;
  }

  #type(key: Key): undefined {
    if (key === "enter") this.#typing = false;
    else if (key === "backspace") this.#filter = [...this.#filter].slice(0, -1).join("");
    else if (key === "escape") {
      this.#typing = false;
      this.#filter = "";
    } else if (typeof key === "object") this.#filter += key.text;
  }

  #pressInPane(key: Key, pane: Pane, height: number): undefined {
    const last = Math.max(0, pane.lines.length - height);
    const top = this.#top ?? last;
    const to = (line: number) => {
      // At the end, output is followed again.
      this.#top = pane.follows && line >= last ? undefined : Math.max(0, Math.min(line, last));
    };
    if (key === "escape" || key === "backspace" || letter(key) === "q") this.#pane = undefined;
    else if (key === "up") to(top - 1);
    else if (key === "down") to(top + 1);
    else if (key === "pageup") to(top - height);
    else if (key === "pagedown") to(top + height);
    else if (key === "home") to(0);
    else if (key === "end") to(last);
  }

  #pressInList(key: Key, height: number): Action | undefined {
    const row = this.chosen;
    if (key === "up") this.#move(-1);
    else if (key === "down") this.#move(1);
    else if (key === "pageup") this.#move(-height);
    else if (key === "pagedown") this.#move(height);
    else if (key === "home") this.#move(-Infinity);
    else if (key === "end") this.#move(Infinity);
    else if (key === "escape") this.#filter = "";
    else if (letter(key) === "q") return { do: "quit" };
    else if (letter(key) === "/") this.#typing = true;
    else if (row === undefined) return undefined;
    else if (key === "enter") return { do: "show", row };
    else if (letter(key) === "l" || letter(key) === "k") {
      if (row.kind !== "mission") this.message = "choose a mission first";
      else if (letter(key) === "l") return { do: "logs", row };
      else this.#confirm = row;
    } else if (letter(key) === "p") {
      const lane = this.#laneOf(row);
      if (lane !== undefined) return { do: "pause", row: lane };
      this.message = "choose a lane first";
    }
    return undefined;
  }

  get #rows(): readonly Row[] {
    return [...this.lanes, ...this.missions];
  }

  #move(by: number): void {
    const rows = this.#rows;
    const at = rows.findIndex(({ key }) => key === this.chosen?.key);
    this.#chosen = rows[Math.max(0, Math.min(at + by, rows.length - 1))]?.key ?? "";
  }

  #laneOf(row: Row): LaneRow | undefined {
    if (row.kind === "lane") return row;
    if (row.kind === "host") return undefined;
    const { host, mission } = row;
    const lane = this.hosts.find((one) => one.host === host)?.lanes.find(({ name }) => name === mission.lane);
    return lane && { kind: "lane", key: `${host}/${lane.name}`, host, lane };
  }

  #matches(...names: readonly string[]): boolean {
    const wanted = this.#filter.toLowerCase();
    return names.some((name) => name.toLowerCase().includes(wanted));
  }
}

function letter(key: Key): string | undefined {
  return typeof key === "object" ? key.text : undefined;
}
