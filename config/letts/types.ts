/**
 * The schema of letts.yaml, the configuration of clients: the dugdales, their addresses and tokens, and what `letts
 * apply` configures. Keys are those of the file. Omitted keys are absent; `null` is kept only where it has a meaning.
 *
 * @module
 */

import type { LaneOptions } from "../../protocol/lane_options.ts";
import type { ScheduleSettings } from "../../protocol/schedule.ts";

/** A token for each scope. `${NAME}` is replaced when a token is used. An empty string means none. */
export interface TokenFields {
  /** For dispatch. */
  readonly token?: string;
  /** For everything. */
  readonly admin_token?: string;
  /** For commands (exec). */
  readonly exec_token?: string;
}

/** How a dugdale finds and starts missions; sent by `apply`. */
export interface RuntimeFields {
  /** Path template of a mission's file. */
  readonly mission_path_template?: string;
  /** Command line of a mission. */
  readonly command_template?: readonly string[];
  /** Whether a mission with a missing or misplaced file crashes without a process. Default false. */
  readonly validate_mission_file?: boolean;
}

/** A lane; sent by `apply`. Other readers of letts.yaml know only its first two keys. */
export interface LaneFields extends LaneOptions {
  /** Maximum number of missions at the same time. Not checked here. Default 0. */
  readonly concurrency?: number;
  /** Whether the lane starts no missions. Default false. */
  readonly paused?: boolean;
}

/** A schedule; sent by `apply`. Other readers of letts.yaml do not know it. Not checked here. */
export interface ScheduleFields extends Partial<ScheduleSettings> {}

/** Keys shared by templates and dugdales. */
export interface SharedFields extends TokenFields {
  /** The dugdale's mission directory. Not checked here. */
  readonly mission_dir?: string;
  /** How missions are started. */
  readonly runtime?: RuntimeFields;
  /** Labels to select the dugdale by. */
  readonly labels?: readonly string[];
}

/** Values that dugdales may inherit with `extends`. */
export interface TemplateFields extends SharedFields {
  /** `socks5`, `socks5h`, `http` or `https` URL; `${NAME}` is replaced on use. */
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
  /** 0 means not set. */
  readonly port?: number;
  /** Full base URL; takes precedence over host and port. */
  readonly url?: string;
  /** Name of the template to inherit from. */
  readonly extends?: string;
  /** As in a template; `null` means none, even if the template has one. */
  readonly proxy?: string | null;
  /** Lanes by name; `null` removes an inherited lane. */
  readonly lanes?: Readonly<Record<string, LaneFields | null>>;
  /** Schedules by name; `null` removes an inherited one. */
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
  /** Tokens of dugdales without their own. */
  readonly auth?: TokenFields;
  /** Defaults of dugdales. */
  readonly defaults?: { readonly port?: number };
  /** Dugdales used when a call names none. */
  readonly selector?: { readonly match?: readonly string[] };
  /** Other names of dugdales; the value is an id or another alias, and may contain `${NAME}`. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Routes by name. */
  readonly routes?: Readonly<Record<string, RouteFields>>;
  /** Templates by name. */
  readonly templates?: Readonly<Record<string, TemplateFields>>;
  /** All dugdales, in listing order. */
  readonly dugdales?: readonly DugdaleFields[];
}
