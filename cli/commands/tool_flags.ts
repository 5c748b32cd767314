/** Flags of the commands that help people along. @module */

/** Where manual pages go. */
export const MAN_FLAGS = {
  dir: { type: "text", value: "FOLDER", complete: "folder", help: "write all pages into this folder" },
} as const;

/** What `init` makes. */
export const INIT_FLAGS = {
  port: { type: "int", value: "PORT", default: 7180, help: "port of the dugdale" },
  force: { type: "switch", help: "replace files that exist" },
} as const;

/** How `dev` listens. */
export const DEV_FLAGS = {
  port: { type: "int", value: "PORT", default: 0, help: "port; 0 takes a free one" },
  concurrency: { type: "int", value: "N", default: 4, help: "missions at the same time" },
  "data-dir": {
    type: "text",
    value: "FOLDER",
    complete: "folder",
    help: "keep missions here; without it they go with the command",
  },
} as const;

/** How `top` looks. */
export const TOP_FLAGS = {
  match: { type: "csv", value: "LABELS", complete: "label", help: "only dugdales with all of these labels" },
  interval: { type: "text", value: "DURATION", default: "1s", help: "time between two looks" },
  once: { type: "switch", help: "look once and print it" },
} as const;

/** Whom `doctor` looks at. */
export const DOCTOR_FLAGS = {
  match: { type: "csv", value: "LABELS", complete: "label", help: "only dugdales with all of these labels" },
} as const;
