import type { VersionReply } from "../protocol/lane.ts";

/** Identification of this build. Set by the build; `dev` in a checkout. */
export const VERSION: VersionReply = { version: "dev", commit: "unknown", built_at: "unknown" };
