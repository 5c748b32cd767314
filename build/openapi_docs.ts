/**
 * Generates the descriptions of a mission record's members in the OpenAPI document from their doc comments. Run it as
 * `deno task openapi`.
 *
 * @module
 */
import { toText } from "@std/streams";
import { MISSION_FIELDS } from "../protocol/mission.ts";

const SOURCE = new URL("../protocol/mission.ts", import.meta.url);
const FILE = new URL("../dugdale/http/openapi/descriptions.ts", import.meta.url);

/** The components of the document, and their source interfaces. */
const COMPONENTS = {
  MissionRecord: ["EnqueuedFields", "StartedFields", "EndedFields", "MissionFields"],
  OutputFile: ["OutputFile"],
} as const;

/** The part of the output of `deno doc --json` that is read here. */
interface Documented {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocumentedSymbol[] }>>;
}
interface DocumentedSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly def?: {
      readonly properties?: readonly { readonly name: string; readonly jsDoc?: { readonly doc?: string } }[];
    };
  }[];
}

/** The text of the generated file. */
export async function descriptionsText(): Promise<string> {
  const { nodes } = JSON.parse(await deno(["doc", "--json", SOURCE.href])) as Documented;
  const symbols = new Map(Object.values(nodes).flatMap((node) => node.symbols).map((one) => [one.name, one]));
  const docs = Object.entries(COMPONENTS).map(([component, interfaces]) => {
    const members = interfaces.flatMap((name) => symbols.get(name)?.declarations[0]?.def?.properties ?? []);
    return [
      component,
      Object.fromEntries(members.map(({ name, jsDoc }) => [wireName(name), onWire(jsDoc?.doc)])),
    ];
  });
  const text = `/**
 * What the members of a mission record and its files are. Made of their doc comments by \`deno task openapi\`.
 *
 * @module
 */
/** By component of the document and name on the wire. */
export const DESCRIPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = ${
    JSON.stringify(Object.fromEntries(docs))
  };
`;
  return await deno(["fmt", "--ext=ts", "-"], text);
}

/** A doc comment in the terms of the wire: undefined in a program means absent there. */
function onWire(doc = ""): string {
  return doc.replaceAll("\n", " ").replaceAll("Undefined", "Absent")
    .replace(/`(\w+)`/g, (_, name: string) => `\`${wireName(name)}\``);
}

function wireName(name: string): string {
  return Object.hasOwn(MISSION_FIELDS, name)
    ? MISSION_FIELDS[name as keyof typeof MISSION_FIELDS].wire
    : name;
}

async function deno(args: readonly string[], input = ""): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: new URL("..", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  });
  await using child = command.spawn();
  const text = toText(child.stdout);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success } = await child.status;
  if (!success) throw new Error(`deno ${args.join(" ")} failed`);
  return await text;
}

if (import.meta.main) await Deno.writeTextFile(FILE, await descriptionsText());
