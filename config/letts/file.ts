/**
 * Parses a letts.yaml into fields with valid names.
 *
 * @module
 */
import type { FileText } from "../file_text.ts";
import { nameProblems } from "./names.ts";
import { lettsShape } from "./shape.ts";
import type { LettsYaml } from "./types.ts";
import type { Places } from "../yaml/places.ts";
import { throwFirst } from "../yaml/problem.ts";
import { YamlDocument } from "../yaml/document.ts";

/** Fields of letts.yaml with their places. */
export interface LettsFile {
  /** As given; several files are joined by `, `; empty for fields from memory. */
  readonly file: string;
  /** The fields. */
  readonly yaml: LettsYaml;
  /** Their places. */
  readonly places: Places;
}

/**
 * Reads the fields of one file. Templates are not applied and references not checked.
 *
 * @throws {ConfigError} When the text is not valid YAML, or has a wrong shape or an invalid name.
 */
export function parseLettsFile({ file, text }: Pick<FileText, "file" | "text">): LettsFile {
  const document = new YamlDocument(file, text);
  const yaml = lettsShape.decode(document.root) ?? {};
  throwFirst(nameProblems(yaml), document.places);
  return { file, yaml, places: document.places };
}
