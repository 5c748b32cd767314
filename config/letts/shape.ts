/**
 * Schema of letts.yaml, for the reader and for editors.
 *
 * @module
 */
import {
  ALIAS,
  DUGDALE_ID,
  LABEL,
  LANE_NAME,
  ROUTE_NAME,
  SCHEDULE_NAME,
  TEMPLATE_NAME,
} from "../../protocol/names.ts";
import { type Fields, list, mapOf, nullable, object } from "../yaml/collections.ts";
import { flag, integer, text } from "../yaml/scalars.ts";
import type { Decoder } from "../yaml/decoder.ts";
import { laneOptionFields } from "./lane_options.ts";
import { schedule } from "./schedules.ts";
import type {
  DugdaleFields,
  LaneFields,
  LettsYaml,
  RouteFields,
  RuntimeFields,
  SharedFields,
  TemplateFields,
  TokenFields,
} from "./types.ts";
import { PROXY_PATTERN } from "./proxy_scheme.ts";

/** A pattern that strings with a variable need not match. */
function orVariable(pattern: string): string {
  return `\\$\\{|${pattern}`;
}

const PORT = { minimum: 0, maximum: 65_535 };

const tokens: Fields<TokenFields> = {
  token: text("Dispatch token; ${NAME} is replaced by that environment variable"),
  admin_token: text("Admin token; ${NAME} is replaced by that environment variable"),
  exec_token: text("Exec token; ${NAME} is replaced by that environment variable"),
};

const runtime = object<RuntimeFields>("How missions are found and started; sent by apply", {
  mission_path_template: text("Path of a mission's file"),
  command_template: list("Command line of a mission", text("One argument")),
  validate_mission_file: flag(
    "Fail missions whose file is missing, or outside of mission_dir, before they start",
    { default: false },
  ),
});

const lane = object<LaneFields>("A lane; sent by apply", {
  concurrency: integer("Missions at the same time", { dropsFraction: true, schema: { default: 0 } }),
  paused: flag("Start nothing until continued", { default: false }),
  ...laneOptionFields,
});

const shared: Fields<SharedFields> = {
  ...tokens,
  mission_dir: text("Directory of the missions on the dugdale; sent by apply"),
  runtime,
  labels: list(
    "What the dugdale is picked by",
    text("A label", { pattern: LABEL.pattern }),
  ),
};

const proxy = text("socks5, socks5h, http or https URL; ${NAME} is replaced by that environment variable", {
  pattern: orVariable(`^$|${PROXY_PATTERN}`),
});

const template = object<TemplateFields>("What dugdales inherit with extends", {
  ...shared,
  proxy,
  lanes: mapOf("Lanes by name", lane, LANE_NAME.pattern),
  schedules: mapOf("Schedules by name", schedule, SCHEDULE_NAME.pattern),
});

const dugdale = object<DugdaleFields>("One dugdale", {
  ...shared,
  id: text("Name of the dugdale, once in the file", { pattern: DUGDALE_ID.pattern }),
  host: text("Host, host:port or IPv6 address"),
  port: integer("Port; 0 is as if it were not written", { schema: PORT }),
  url: text("Full base URL; wins over host and port"),
  extends: text("Template to inherit from", { pattern: TEMPLATE_NAME.pattern }),
  proxy: nullable(proxy),
  lanes: mapOf("Lanes by name; null takes an inherited lane away", nullable(lane), LANE_NAME.pattern),
  schedules: mapOf(
    "Schedules by name; null takes an inherited one away",
    nullable(schedule),
    SCHEDULE_NAME.pattern,
  ),
}, ["id"]);

const route = object<RouteFields>("A dugdale and one of its lanes", {
  host: text("Id or alias of a dugdale"),
  lane: text("Lane", { pattern: LANE_NAME.pattern }),
}, ["lane"]);

/** The whole of letts.yaml. */
export const lettsShape: Decoder<LettsYaml> = object<LettsYaml>(
  "letts.yaml: the dugdales, how to reach them and what apply tells them to be",
  {
    auth: object<TokenFields>("Tokens of dugdales without their own", tokens),
    defaults: object("What dugdales that do not say otherwise have", {
      port: integer("Port; 0 is as if it were not written", { schema: PORT }),
    }),
    selector: object("Which dugdales are meant when a call names none", {
      match: list("Labels that a dugdale must carry, all of them", text("A label")),
    }),
    aliases: mapOf(
      "Other names of dugdales",
      text("Id or alias; ${NAME} is replaced by that environment variable", {
        pattern: orVariable(DUGDALE_ID.pattern),
      }),
      ALIAS.pattern,
    ),
    routes: mapOf("Routes by name", route, ROUTE_NAME.pattern),
    templates: mapOf("Templates by name", template, TEMPLATE_NAME.pattern),
    dugdales: list("All dugdales", dugdale),
  },
);
