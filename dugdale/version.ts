import type { VersionReply } from "../protocol/lane.ts";

/** What this build is. The build fills it in; a checkout says `dev`. */
export const VERSION: VersionReply = { version: "dev", commit: "unknown", built_at: "unknown" };
