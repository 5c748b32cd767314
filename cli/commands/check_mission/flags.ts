/** Flags of `letts check mission`. @module */

/** What the mission is given, and how long. */
export const CHECK_MISSION_FLAGS = {
  input: { type: "text", value: "JSON", help: "input, as JSON (default {})" },
  "input-file": {
    type: "text",
    value: "FILE",
    complete: "file",
    help: "file with the input; - is standard input",
  },
  file: { type: "list", value: "ROLE=PATH", complete: "pair", help: "input file; may be repeated" },
  timeout: { type: "text", value: "DURATION", default: "1m", help: "how long each of the two runs may take" },
} as const;
