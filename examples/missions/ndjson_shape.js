#!/usr/bin/env node
/**
 * Finds out what the records of an NDJSON file look like: which fields there are, of which types, and how often they
 * are missing. The output file `schema` is a JSON Schema that all of these records fulfil.
 *
 * Input file `records`. By hand: ndjson_shape.js --input='{"records": "events.ndjson"}' leaves out/schema.
 */
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const process = require("node:process");
const readline = require("node:readline");

const REPORT_EVERY_MS = 100;
/** Records with ids as keys would otherwise make a field of each. */
const FIELDS_MAX = 1000;

const underDugdale = Boolean(process.env.LETTS_MISSION_ID);
const workDir = underDugdale ? process.env.LETTS_WORKDIR : process.cwd();
let saidMs = -Infinity;

/** A failure that the mission can name. */
class Failure extends Error {
  constructor(reason, message, details = {}) {
    super(message);
    this.reason = reason;
    this.details = details;
  }
}

/** Says a line on descriptor 3, or on stderr when the mission is run by hand. */
function say(line) {
  fs.writeSync(underDugdale ? 3 : 2, `${JSON.stringify(line)}\n`);
}

function progress(value, message) {
  if (performance.now() - saidMs < REPORT_EVERY_MS) return;
  saidMs = performance.now();
  say({ event: "progress", value, message });
}

function readInput() {
  const text = underDugdale ? fs.readFileSync(0, "utf8") : textOfArguments();
  try {
    return JSON.parse(text || "{}") ?? {};
  } catch (error) {
    throw new Failure("invalid_input", `input is not JSON: ${error.message}`);
  }
}

function textOfArguments() {
  for (const argument of process.argv.slice(2)) {
    if (argument === "--input=-" || argument === "--input-file=-") return fs.readFileSync(0, "utf8");
    if (argument.startsWith("--input=")) return argument.slice("--input=".length);
    if (argument.startsWith("--input-file=")) {
      return fs.readFileSync(argument.slice("--input-file=".length), "utf8");
    }
  }
  return "{}";
}

function inputFile(role, input) {
  const file = underDugdale ? process.env[`LETTS_IN_${role}`] : input[role];
  if (typeof file === "string" && fs.existsSync(file)) return file;
  throw new Failure("invalid_input", `input file "${role}" is missing`);
}

function typeOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

/** What is known of one place in the records: how often it was seen, as what, and what lies inside. */
class Shape {
  constructor() {
    this.seen = 0;
    this.types = new Map();
    this.fields = new Map();
    this.items = undefined;
  }

  add(value, budget) {
    const type = typeOf(value);
    this.seen++;
    this.types.set(type, (this.types.get(type) ?? 0) + 1);
    if (type === "object") {
      for (const [name, inner] of Object.entries(value)) this.#addField(name, inner, budget);
    }
    if (type !== "array") return;
    for (const item of value) (this.items ??= new Shape()).add(item, budget);
  }

  #addField(name, value, budget) {
    if (!this.fields.has(name)) {
      if (budget.fields >= FIELDS_MAX) {
        budget.full = true;
        return;
      }
      budget.fields++;
      this.fields.set(name, new Shape());
    }
    this.fields.get(name).add(value, budget);
  }

  /** The JSON Schema of this place. */
  schema() {
    const types = [...this.types.keys()].filter((type) => type !== "integer" || !this.types.has("number"))
      .sort();
    const schema = { type: types.length === 1 ? types[0] : types };
    const objects = this.types.get("object") ?? 0;
    if (objects > 0) {
      const fields = [...this.fields];
      schema.properties = Object.fromEntries(fields.map(([name, field]) => [name, field.schema()]));
      schema.required = fields.filter(([, field]) => field.seen === objects).map(([name]) => name);
    }
    if (this.items !== undefined) schema.items = this.items.schema();
    return schema;
  }
}

async function run() {
  const file = inputFile("records", readInput());
  const size = fs.statSync(file).size;
  const source = fs.createReadStream(file);
  const shape = new Shape();
  const budget = { fields: 0, full: false };
  let records = 0;
  let line = 0;
  for await (const text of readline.createInterface({ input: source, crlfDelay: Infinity })) {
    line++;
    if (text.trim() === "") continue;
    try {
      shape.add(JSON.parse(text), budget);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new Failure("not_json", `line ${line} is not JSON: ${error.message}`, { line });
    }
    records++;
    progress(source.bytesRead / size, `${records} records`);
  }
  if (records === 0) throw new Failure("no_records", "the file has no records");

  const schema = { $schema: "https://json-schema.org/draft/2020-12/schema", ...shape.schema() };
  fs.mkdirSync(path.join(workDir, "out"), { recursive: true });
  fs.writeFileSync(path.join(workDir, "out", "schema"), `${JSON.stringify(schema, null, 2)}\n`);
  say({ event: "output_file", key: "schema" });
  const fields = [...shape.fields].map(([name, field]) => ({
    name,
    types: Object.fromEntries(field.types),
    missing: records - field.seen,
  }));
  return { records, fields, complete: !budget.full };
}

run().then(
  (result) => say({ event: "success", return: result }),
  (error) => {
    if (!(error instanceof Failure)) throw error;
    say({
      event: "fail",
      message: error.message,
      reason: error.reason,
      exit_code: 1,
      details: error.details,
    });
    process.exitCode = 1;
  },
);
