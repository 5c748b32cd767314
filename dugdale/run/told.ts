import { clip, CUT_MARK } from "../../protocol/clip.ts";
import { SAID_LIMITS } from "../../protocol/fd3.ts";
import { readJson } from "../json/reader.ts";
import type { ToldRow } from "../store/told.ts";
import type { Said } from "./fd3.ts";

const { textBytes, stateBytes, metaBytes } = SAID_LIMITS;
const encoder = new TextEncoder();

/** An event that what was said amounts to. `details` is JSON text. */
export interface SaidEvent {
  readonly event: "note" | "warning" | "state";
  readonly text: string;
  readonly details?: string | null;
}

/** Keeps what a mission says on its way within {@linkcode SAID_LIMITS}, and counts what it drops. */
export class Told {
  /** Items as JSON text. */
  readonly #notes: string[];
  readonly #warnings: string[];
  readonly #states: string[];
  readonly #meta: Map<string, string>;
  #state: string | null;
  #dropped: number;

  /** @param before What the attempts before this one have said. */
  constructor(before?: ToldRow) {
    this.#notes = items(before?.notes);
    this.#warnings = items(before?.warnings);
    this.#states = items(before?.states);
    this.#meta = members(before?.meta);
    this.#state = before?.state ?? null;
    this.#dropped = before?.dropped ?? 0;
  }

  /** Takes what was said. Answers the event that followers get of it, if they do. */
  take(said: Exclude<Said, { readonly event: "log" }>): SaidEvent | undefined {
    switch (said.event) {
      case "note": {
        const text = clip(said.text, textBytes, CUT_MARK);
        return this.#add(this.#notes, SAID_LIMITS.notes, JSON.stringify(text), { event: "note", text });
      }
      case "warn": {
        const text = clip(said.text, textBytes, CUT_MARK);
        const details = said.details === null ? null : short(said.details);
        const item = `{"message":${JSON.stringify(text)}${details === null ? "" : `,"details":${details}`}}`;
        return this.#add(this.#warnings, SAID_LIMITS.warnings, item, { event: "warning", text, details });
      }
      case "state": {
        const text = this.#state = clip(said.text, stateBytes, CUT_MARK);
        return this.#add(this.#states, SAID_LIMITS.states, JSON.stringify(text), { event: "state", text });
      }
      case "meta": {
        const merged = new Map([...this.#meta, ...said.fields]);
        if (encoder.encode(objectOf(merged)).length > metaBytes) this.#dropped++;
        else for (const [name, value] of said.fields) this.#meta.set(name, value);
        return undefined;
      }
      default:
        return said satisfies never;
    }
  }

  /** All that is kept. */
  row(): ToldRow {
    return {
      notes: arrayOf(this.#notes),
      warnings: arrayOf(this.#warnings),
      meta: this.#meta.size === 0 ? null : objectOf(this.#meta),
      state: this.#state,
      states: arrayOf(this.#states),
      dropped: this.#dropped,
    };
  }

  #add(list: string[], max: number, item: string, event: SaidEvent): SaidEvent | undefined {
    if (list.length < max) {
      list.push(item);
      return event;
    }
    this.#dropped++;
    return undefined;
  }
}

/** Details that are too long are replaced by their length, as those of a failure are. */
function short(details: string): string {
  const bytes = encoder.encode(details).length;
  return bytes <= textBytes ? details : JSON.stringify({ truncated: true, original_bytes: bytes });
}

function arrayOf(items: readonly string[]): string | null {
  return items.length === 0 ? null : `[${items.join()}]`;
}

function objectOf(members: ReadonlyMap<string, string>): string {
  return `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`;
}

function items(json: string | null | undefined): string[] {
  if (!json) return [];
  const node = readJson(json);
  return node.kind === "array" ? [...node.items].map(({ start, end }) => json.slice(start, end)) : [];
}

function members(json: string | null | undefined): Map<string, string> {
  if (!json) return new Map();
  const node = readJson(json);
  return new Map(
    node.kind === "object"
      ? node.members.map(([name, { start, end }]) => [name, json.slice(start, end)])
      : [],
  );
}
