/** Flags that say where a mission goes. @module */

/** A route, a lane of one dugdale, or a lane of any dugdale that fits. */
export const TARGET_FLAGS = {
  route: {
    type: "text",
    value: "ROUTE",
    complete: "route",
    help: "route of letts.yaml: a dugdale and a lane",
  },
  host: { type: "text", value: "HOST", complete: "host", help: "dugdale, by id or alias" },
  lane: {
    type: "text",
    value: "LANE",
    complete: "lane",
    help: "lane; alone it takes any dugdale that has it",
  },
  match: {
    type: "csv",
    value: "LABELS",
    complete: "label",
    help: "only dugdales with all of these labels, with --lane alone",
  },
} as const;
