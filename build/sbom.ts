/** The software bill of materials of letts with its own Deno, as CycloneDX 1.5. */
import config from "../deno.json" with { type: "json" };
import { DENO_VERSION, output } from "./targets.ts";

const ROOT = new URL("../", import.meta.url).pathname;

interface Package {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

interface Info {
  readonly modules: readonly { readonly npmPackage?: string }[];
  /** Including packages that only tests use. */
  readonly npmPackages: Readonly<Record<string, Package>>;
}

interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}

/** The document. @param date Build date, ISO 8601. */
export async function sbom(date: string): Promise<string> {
  const info: Info = JSON.parse(await output(Deno.execPath(), ["info", "--json", `${ROOT}cli/main.ts`]));
  const lock: Lock = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
  const components = packagesOf(info).map(([id, { name, version }]) => ({
    type: "library",
    name,
    version,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    hashes: [{ alg: "SHA-512", content: hex(lock.npm[id]?.integrity ?? "") }],
  }));
  const deno = {
    type: "application",
    name: "deno",
    version: DENO_VERSION,
    purl: `pkg:github/denoland/deno@v${DENO_VERSION}`,
    licenses: [{ license: { id: "MIT" } }],
  };
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      timestamp: date,
      component: {
        type: "application",
        name: "letts",
        version: config.version,
        purl: `pkg:jsr/%40letts/letts@${config.version}`,
        licenses: [{ license: { id: config.license } }],
      },
    },
    components: [deno, ...components],
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/** The imported packages and their dependencies. */
function packagesOf({ modules, npmPackages }: Info): readonly (readonly [id: string, Package])[] {
  const found = new Map<string, Package>();
  const add = (id: string): void => {
    const known = npmPackages[id];
    if (known === undefined || found.has(id)) return;
    found.set(id, known);
    known.dependencies.forEach(add);
  };
  for (const { npmPackage } of modules) if (npmPackage !== undefined) add(npmPackage);
  return [...found].sort(([a], [b]) => a < b ? -1 : 1);
}

/** An npm integrity string, such as `sha512-…`, in hexadecimal. @throws {Error} For another format. */
function hex(integrity: string): string {
  const [, digest] = /^sha512-(.+)$/.exec(integrity) ?? [];
  if (digest === undefined) throw new Error(`"${integrity}" is no SHA-512 integrity`);
  return Uint8Array.fromBase64(digest).toHex();
}
