/** Flags of `letts new mission`. @module */

/** What is made, and where. */
export const NEW_MISSION_FLAGS = {
  lang: {
    type: "text",
    value: "LANG",
    choices: ["ts", "sh", "py", "php", "js"],
    default: "ts",
    help: "language, as the ending of its files",
  },
  dir: {
    type: "text",
    value: "FOLDER",
    complete: "folder",
    default: "missions",
    help: "folder of the missions",
  },
} as const;
