import type { Ending } from "../../../dugdale/store/mission_row.ts";

/** The plainest end of a mission. */
export const success: Ending = {
  outcome: "success",
  exitCode: 0,
  signal: null,
  failReason: null,
  failMessage: null,
  failDetails: null,
  returnValue: null,
  progressDropped: 0,
  truncatedStdout: false,
  truncatedStderr: false,
};
