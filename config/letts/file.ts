/**
 * One letts.yaml from its text to fields whose names are fine.
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

/** Fields of letts.yaml with the places where they were written. */
export interface LettsFile {
  /** As it was given; several files are joined by `, `; empty when the fields were made in memory. */
  readonly file: string;
  /** The fields. */
  readonly yaml: LettsYaml;
  /** Where they stand. */
  readonly places: Places;
}

/**
 * Reads the fields of one file. Templates are left as they are, and so is what refers to something.
 *
 * @throws {ConfigError} When the text is not YAML, has another shape or a name that breaks its rule.
 */
export function parseLettsFile({ file, text }: Pick<FileText, "file" | "text">): LettsFile {
  const document = new YamlDocument(file, text);
  const yaml = lettsShape.decode(document.root) ?? {};
  throwFirst(nameProblems(yaml), document.places);
  return { file, yaml, places: document.places };
}
