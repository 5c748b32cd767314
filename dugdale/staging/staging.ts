import { Downloads } from "./download.ts";
import type { StagingParts } from "./parts.ts";
import { Uploads } from "./upload.ts";

/** The staging area: files on their way into and out of missions. */
export class Staging implements AsyncDisposable {
  readonly parts: StagingParts;
  readonly uploads: Uploads;
  readonly downloads: Downloads;

  constructor(parts: StagingParts) {
    this.parts = parts;
    this.uploads = new Uploads(parts);
    this.downloads = new Downloads(parts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.uploads[Symbol.asyncDispose]();
  }
}
