/** Flags of `apply`. @module */

/** Which files, which dugdales, and how hard. */
export const APPLY_FLAGS = {
  file: {
    type: "list",
    short: "f",
    value: "FILE",
    complete: "file",
    required: true,
    help: "letts.yaml to apply; later ones are laid over earlier ones",
  },
  host: { type: "csv", value: "HOSTS", complete: "host", help: "only these dugdales, by id or alias" },
  match: { type: "csv", value: "LABELS", complete: "label", help: "only dugdales with all of these labels" },
  "dry-run": { type: "switch", help: "show what would change and change nothing" },
  force: { type: "switch", help: "change mission directory or runtime although missions wait or run" },
  prune: { type: "switch", help: "remove lanes that the file does not name" },
  "force-prune": { type: "switch", help: "as --prune, also lanes with missions, which are ended" },
} as const;
