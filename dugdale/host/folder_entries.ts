import { readdir } from "node:fs/promises";
import { nextTurn } from "./clock.ts";
import { LITTLE_ENDIAN, openLibrary } from "./libc.ts";

/** Entries of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** A folder whose own entry is larger than this may have a great number of entries. */
export const LARGE_FOLDER_BYTES: number = 128 * 1024;

/** One call returns several hundred entries. */
const BUFFER_BYTES = 16 * 1024;
/** Offsets in `struct linux_dirent64`. */
const LENGTH_AT = 16, TYPE_AT = 18, NAME_AT = 19;
const IS_UNKNOWN = 0, IS_FOLDER = 4;
const decoder = new TextDecoder();

/**
 * The entries of a folder in batches: the runtime lists a folder at once, which takes half a second for 300,000
 * entries. Without Linux's system call that is the fallback.
 *
 * @param base The folder; on Linux by its descriptor, `/proc/self/fd/…`.
 * @param sizeBytes Size of the folder's own entry.
 */
export async function* folderEntries(
  base: string,
  { fd, sizeBytes }: { readonly fd: number; readonly sizeBytes: number },
): AsyncGenerator<FolderEntry[], void, void> {
  const library = sizeBytes > LARGE_FOLDER_BYTES ? openLibrary(load) : undefined;
  try {
    const buffer = new Uint8Array(BUFFER_BYTES);
    for (let count; (count = library?.symbols.getdents64(fd, buffer, BigInt(BUFFER_BYTES)) ?? 0) > 0;) {
      const entries = parse(buffer.subarray(0, count));
      // Some file systems do not report the type of an entry.
      if (entries === undefined) break;
      yield entries;
      await nextTurn();
    }
  } finally {
    library?.close();
  }
  // Entries added meanwhile, or skipped because others were removed.
  yield await listedWhole(base);
}

async function listedWhole(base: string): Promise<FolderEntry[]> {
  const entries = await readdir(base, { withFileTypes: true });
  return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

function parse(bytes: Uint8Array<ArrayBuffer>): FolderEntry[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: FolderEntry[] = [];
  for (let at = 0, length; at < bytes.length; at += length) {
    length = view.getUint16(at + LENGTH_AT, LITTLE_ENDIAN);
    const type = view.getUint8(at + TYPE_AT);
    if (type === IS_UNKNOWN) return undefined;
    const name = decoder.decode(bytes.subarray(at + NAME_AT, bytes.indexOf(0, at + NAME_AT)));
    if (name !== "." && name !== "..") entries.push({ name, isFolder: type === IS_FOLDER });
  }
  return entries;
}

// deno-lint-ignore explicit-module-boundary-types -- the type of the library follows from the table below
function load(name: string) {
  return Deno.dlopen(name, {
    getdents64: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  });
}
