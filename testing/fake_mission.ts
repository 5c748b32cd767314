/**
 * A mission of a fake dugdale, as a test sees it.
 *
 * @module
 */
import type { Core } from "../dugdale/core.ts";
import { missionText } from "../dugdale/store/mission_text.ts";
import { doneLine } from "../dugdale/store/mission_json.ts";
import type { MissionFileRow, MissionRow } from "../dugdale/store/mission_row.ts";
import type { DoneEvent } from "../protocol/event.ts";
import type { ExecBody } from "../protocol/exec.ts";
import type { Priority } from "../protocol/dispatch_options.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import type {
  InputFile,
  MissionKind,
  MissionRecord,
  MissionStatus,
  OutcomeKind,
  OutputFile,
} from "../protocol/mission.ts";
import type { MissionId } from "../protocol/names.ts";
import type { MemoryDisk } from "./memory_disk.ts";

/** Details of the end of a mission. */
export interface FakeEnding {
  /** How it ends. */
  readonly outcome: OutcomeKind;
  /** Return value. Default: none. */
  readonly return?: JsonObject | undefined;
  /** Human-readable failure message. */
  readonly message?: string | undefined;
  /** Machine-readable fail reason. */
  readonly reason?: string | undefined;
  /** Details of the failure. */
  readonly details?: JsonObject | undefined;
  /** Default 0 for a success, 1 for anything else. */
  readonly exitCode?: number | undefined;
  /** The signal that ended the process. */
  readonly signal?: string | undefined;
}

/** The end of a mission that is not simply a success. */
export class FakeEnd {
  /** The details. */
  readonly ending: FakeEnding;

  /** Creates an end of a mission. */
  constructor(ending: FakeEnding) {
    this.ending = ending;
  }
}

/** A mission or command sent to a fake dugdale. */
export interface FakeOrder {
  /** The `Idempotency-Key`. */
  readonly missionId: string;
  /** Whether it is a command. */
  readonly kind: MissionKind;
  /** Name of the mission; `exec` for a command. */
  readonly mission: string;
  /** Its lane. */
  readonly lane: string;
  /** `null` when none was sent; for a command the whole request. */
  readonly input: JsonValue;
  /** Command line of a command. */
  readonly command: readonly string[];
  /** Its files, in the order of their roles. */
  readonly inputs: readonly InputFile[];
  /** The script of a command. */
  readonly script?: OutputFile | undefined;
  /** The requested outputs of a command; undefined for a mission, which announces them itself. */
  readonly out?: readonly string[] | undefined;
  /** Maximum run time, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Its priority. */
  readonly priority: Priority;
  /** Its tags. */
  readonly tags: readonly string[];
  /** Its owner. */
  readonly owner?: string | undefined;
  /** Display name of a command. */
  readonly displayName?: string | undefined;
  /** Groups the commands of one fan-out. */
  readonly groupId?: string | undefined;
  /** Digest of everything that identifies a dispatch. */
  readonly fingerprint: string;
  /** The mission of which it is a restart. */
  readonly restartedFrom?: string | undefined;
}

/** A mission of a fake dugdale, in its current state. */
export interface FakeMission {
  /** The mission or command as it was sent. */
  readonly order: FakeOrder;
  /** Resolves when it is done or removed. */
  readonly ended: Promise<void>;
  /** Its status. */
  readonly status: MissionStatus;
  /** The last event, if any. */
  readonly done: DoneEvent | undefined;
  /** Its output files by role. */
  readonly outputs: Readonly<Record<string, OutputFile>>;
  /** Its output so far. */
  readonly printed: { readonly stdout: string; readonly stderr: string };
  /** Its record. */
  record(): MissionRecord;
}

/** Reads a mission from the database on each access. */
export class StoredMission implements FakeMission {
  readonly order: FakeOrder;
  readonly ended: Promise<void>;
  readonly #id: MissionId;
  readonly #parts: Core["parts"];
  readonly #disk: MemoryDisk;

  /** @param ended Resolves when it is done or removed. */
  constructor(id: MissionId, ended: Promise<void>, parts: Core["parts"], disk: MemoryDisk) {
    this.#id = id;
    this.#parts = parts;
    this.#disk = disk;
    this.order = toOrder(this.record(), this.#row, this.#files);
    this.ended = ended;
  }

  get status(): MissionStatus {
    return this.#row.status;
  }

  get done(): DoneEvent | undefined {
    const row = this.#row;
    return row.status === "done" ? JSON.parse(doneLine(row, this.#files)) : undefined;
  }

  get outputs(): Readonly<Record<string, OutputFile>> {
    return this.record().outputs ?? {};
  }

  get printed(): { readonly stdout: string; readonly stderr: string } {
    return { stdout: this.#captured("stdout"), stderr: this.#captured("stderr") };
  }

  record(): MissionRecord {
    return JSON.parse(missionText(this.#row, this.#parts.store));
  }

  get #row(): MissionRow {
    const row = this.#parts.store.missions.find(this.#id);
    if (row === undefined) throw new RangeError(`there is no mission ${this.#id} any more`);
    return row;
  }

  get #files(): MissionFileRow[] {
    return this.#parts.store.missions.files(this.#row.id);
  }

  #captured(name: "stdout" | "stderr"): string {
    const path = this.#parts.dataDir.capture(this.#id, name);
    return this.#disk.existsSync(path) ? new TextDecoder().decode(this.#disk.read(path)) : "";
  }
}

function toOrder(record: MissionRecord, row: MissionRow, files: readonly MissionFileRow[]): FakeOrder {
  const exec: ExecBody | undefined = row.kind === "exec" ? JSON.parse(row.input) : undefined;
  const script = files.find((file) => file.ref_kind === "script");
  return {
    missionId: row.mission_id,
    kind: row.kind,
    mission: row.mission_name,
    lane: row.lane,
    input: JSON.parse(row.input),
    command: exec?.command ?? [],
    inputs: files.filter((file) => file.ref_kind === "input").map((file) => ({
      role: file.role,
      ...toFile(file),
    })),
    script: script && toFile(script),
    out: exec?.out?.map(({ key }) => key),
    timeoutMs: row.timeout_ms ?? undefined,
    priority: record.priority ?? "normal",
    tags: record.tags ?? [],
    owner: record.owner,
    displayName: row.display_name ?? undefined,
    groupId: row.group_id ?? undefined,
    fingerprint: row.input_fingerprint,
    restartedFrom: row.restarted_from ?? undefined,
  };
}

function toFile({ staging_id, sha256, size }: MissionFileRow): OutputFile {
  return { staging_id, sha256, size };
}
