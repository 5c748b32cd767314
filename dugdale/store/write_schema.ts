/**
 * Writes `schema.ts` from the migrations. Run it as `deno task schema`.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { migrateFrom } from "./migrations.ts";

/** The statements that create the tables and indexes of a database, in order of creation. */
export function schemaOf(db: DatabaseSync): string {
  const made = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
  return made.all().map(({ sql }) => `${sql};\n`).join("");
}

if (import.meta.main) {
  using db = new DatabaseSync(":memory:");
  migrateFrom(db, 0);
  const text = `/** What all migrations together make, for new databases. Written by \`deno task schema\`. */
export const schema: string = \`
${schemaOf(db)}\`;
`;
  writeFileSync(new URL("./schema.ts", import.meta.url), text);
}
