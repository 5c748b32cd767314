/**
 * The shape of letts.yaml, the file on the side of the callers: which dugdales there are, how to reach them, with
 * which tokens, and what `letts apply` tells them to be. Keys are those of the file. Whatever is not written is
 * not there; `null` stands only where the file's `null` says something.
 *
 * @module
 */

import type { LaneOptions } from "../../protocol/lane_options.ts";
import type { ScheduleSettings } from "../../protocol/schedule.ts";

/** A token for each scope. `${NAME}` is filled in when a token is used. The empty string counts as none. */
export interface TokenFields {
  /** May dispatch. */
  readonly token?: string;
  /** May do everything. */
  readonly admin_token?: string;
  /** May send whole commands. */
  readonly exec_token?: string;
}

/** How a dugdale finds and starts missions; sent by `apply`. */
export interface RuntimeFields {
  /** Where the file of a mission is. */
  readonly mission_path_template?: string;
  /** argv of a mission. */
  readonly command_template?: readonly string[];
  /** Whether a mission whose file is missing or elsewhere crashes without a process. Default false. */
  readonly validate_mission_file?: boolean;
}

/** One lane; sent by `apply`. Other readers of letts.yaml know only its first two keys. */
export interface LaneFields extends LaneOptions {
  /** Missions at the same time. Not checked here. Default 0. */
  readonly concurrency?: number;
  /** Default false. */
  readonly paused?: boolean;
}

/** One schedule; sent by `apply`. Other readers of letts.yaml do not know it. Not checked here. */
export interface ScheduleFields extends Partial<ScheduleSettings> {}

/** What a template and a dugdale have in common. */
export interface SharedFields extends TokenFields {
  /** The dugdale's directory of missions. Not checked here. */
  readonly mission_dir?: string;
  /** How missions are started. */
  readonly runtime?: RuntimeFields;
  /** What the dugdale can be picked by. */
  readonly labels?: readonly string[];
}

/** What dugdales may inherit by `extends`. */
export interface TemplateFields extends SharedFields {
  /** `socks5`, `socks5h`, `http` or `https` URL; `${NAME}` is filled in on use. */
  readonly proxy?: string;
  /** Lanes by name. */
  readonly lanes?: Readonly<Record<string, LaneFields>>;
  /** Schedules by name. */
  readonly schedules?: Readonly<Record<string, ScheduleFields>>;
}

/** One dugdale. */
export interface DugdaleFields extends SharedFields {
  /** Required. */
  readonly id?: string;
  /** Host, `host:port` or IPv6 address. */
  readonly host?: string;
  /** 0 counts as not written. */
  readonly port?: number;
  /** Full base URL; wins over host and port. */
  readonly url?: string;
  /** Name of the template to inherit from. */
  readonly extends?: string;
  /** As in a template; `null` means none, even if the template has one. */
  readonly proxy?: string | null;
  /** Lanes by name; `null` takes an inherited lane away. */
  readonly lanes?: Readonly<Record<string, LaneFields | null>>;
  /** Schedules by name; `null` takes an inherited one away. */
  readonly schedules?: Readonly<Record<string, ScheduleFields | null>>;
}

/** A name for a dugdale and one of its lanes. */
export interface RouteFields {
  /** Id or alias of a dugdale. */
  readonly host?: string;
  /** Required. */
  readonly lane?: string;
}

/** The whole file. */
export interface LettsYaml {
  /** Tokens of dugdales that have none of their own. */
  readonly auth?: TokenFields;
  /** What dugdales that do not say otherwise have. */
  readonly defaults?: { readonly port?: number };
  /** Which dugdales are meant when a call names none. */
  readonly selector?: { readonly match?: readonly string[] };
  /** Other names of dugdales; the value is an id, another alias, or has `${NAME}` in it. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Routes by name. */
  readonly routes?: Readonly<Record<string, RouteFields>>;
  /** Templates by name. */
  readonly templates?: Readonly<Record<string, TemplateFields>>;
  /** All dugdales, in the order in which they are listed. */
  readonly dugdales?: readonly DugdaleFields[];
}
