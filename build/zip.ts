/** Zip archives, which Windows opens without any tool. */
import { crc32, deflateRawSync } from "node:zlib";
import { concat } from "@std/bytes";
import { type ProgramFile, textBytes } from "./program.ts";

const LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50;
const VERSION = 20, UTF8 = 0x800, DEFLATE = 8;
/** 1 January 1980, the earliest possible date: the same files give the same archive. */
const TIME = 0, DATE = 0x21;

/** An archive of these files. Each must be smaller than 4 GiB. */
export function zip(files: readonly ProgramFile[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [], directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const path = textBytes(name), packed = deflateRawSync(bytes, { level: 9 });
    const facts = [
      ...[VERSION, UTF8, DEFLATE, TIME, DATE].map(u16),
      ...[crc32(bytes), packed.length, bytes.length].map(u32),
      ...[path.length, 0].map(u16),
    ];
    const local = concat([u32(LOCAL), ...facts, path, packed]);
    // Comment, disk number and attributes: none.
    directory.push(
      concat([u32(CENTRAL), u16(VERSION), ...facts, ...[0, 0, 0].map(u16), u32(0), u32(offset), path]),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = concat(directory);
  const counts = [0, 0, files.length, files.length].map(u16);
  return concat([...parts, central, u32(END), ...counts, u32(central.length), u32(offset), u16(0)]);
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8 & 0xff, value >>> 16 & 0xff, value >>> 24);
}
