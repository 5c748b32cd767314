import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import * as v from "valibot";
import { RequestBody } from "../../../dugdale/http/request_body.ts";
import { ProblemError } from "../../../dugdale/problem_error.ts";
import { execBody } from "../../../protocol/exec.ts";
import { applyBody } from "../../../protocol/lane.ts";
import { bulkDeleteBody, dispatchBody } from "../../../protocol/mission.ts";

const encoder = new TextEncoder();
const read = <Body>(schema: v.GenericSchema<unknown, Body>, text: string): Promise<RequestBody<Body>> =>
  RequestBody.read(encoder.encode(text), schema);
/** Without the members that are undefined. */
const given = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

Deno.test("RequestBody.shape has the members of the schema, null and absent as empty", async () => {
  assertEquals(
    given((await read(dispatchBody, '{"mission":"a","lane":null,"more":1,"files":[null]}')).shape),
    {
      mission: "a",
      lane: "",
      files: [{ role: "", staging_id: "" }],
    },
  );
  assertEquals(given((await read(bulkDeleteBody, "null")).shape), { ids: [] });
  assertEquals(given((await read(applyBody, '{"lanes":{"a":{},"b":null},"labels":null}')).shape), {
    lanes: { a: { concurrency: 0 }, b: { concurrency: 0 } },
  });
});

Deno.test("RequestBody.shape takes a name in another case, and of repeated keys the last one", async () => {
  const text = '{"LANE":"x","mission":"a","mission":"b","Mission":"c"} trailing';
  assertEquals(given((await read(dispatchBody, text)).shape), { mission: "b", lane: "x" });
  assertEquals(
    given((await read(applyBody, '{"lanes":{"a":{"concurrency":1},"a":{"concurrency":2}}}')).shape),
    {
      lanes: { a: { concurrency: 2 } },
    },
  );
});

Deno.test("RequestBody.node() keeps every digit of what may be anything", async () => {
  const body = await read(dispatchBody, '{"input": {"n": 9007199254740993}}');
  const node = body.node("input");
  assertEquals(node && body.source.slice(node.start, node.end), '{"n": 9007199254740993}');
  assertEquals((await read(dispatchBody, '{"input":null}')).node("input"), undefined);
});

Deno.test("RequestBody.read() names the member that has the wrong type", async () => {
  const wrong: readonly (readonly [v.GenericSchema, string, string])[] = [
    [dispatchBody, "[]", "the body must be a JSON object, not a JSON array"],
    [dispatchBody, "", "the body is not JSON: unexpected end of text at character 0"],
    [dispatchBody, '{"lane":5}', "lane must be a string, not 5"],
    [dispatchBody, '{"files":{}}', "files must be an array, not {}"],
    [dispatchBody, '{"files":[1]}', "files[] must be an object, not 1"],
    [dispatchBody, '{"files":[{"role":true}]}', "files[].role must be a string, not true"],
    [dispatchBody, `{"files":[${"{},".repeat(10_000)}{}]}`, "files must have at most 10000 objects"],
    [execBody, '{"command":["a",null]}', "command[] must be a string, not null"],
    [bulkDeleteBody, '{"force":"true"}', 'force must be true or false, not "true"'],
    [applyBody, '{"lanes":{"a":{"concurrency":1.0}}}', "lanes.a.concurrency must be an integer, not 1.0"],
    [
      applyBody,
      '{"lanes":{"a":{"concurrency":9007199254740993}}}',
      "lanes.a.concurrency must be an integer, not 9007199254740993",
    ],
    [applyBody, '{"lanes":{"a":7}}', "lanes.a must be an object, not 7"],
  ];
  for (const [schema, text, message] of wrong) {
    const error = await assertRejects(() => read(schema, text), ProblemError);
    assertEquals([error.code, error.message], ["bad_request", message]);
  }
});

Deno.test("RequestBody.shape is what the schema makes of the same JSON", async () => {
  const string = fc.string({ unit: "grapheme" }), strings = fc.array(string);
  const apply = fc.record({
    mission_dir: string,
    labels: fc.option(strings),
    lanes: fc.dictionary(
      fc.stringMatching(/^[a-z]{1,5}$/),
      fc.record({ concurrency: fc.integer(), paused: fc.boolean() }, { requiredKeys: ["concurrency"] }),
    ),
    runtime: fc.record({ command_template: strings, validate_mission_file: fc.boolean() }, {
      requiredKeys: [],
    }),
    other: fc.jsonValue(),
  }, { requiredKeys: [] });
  await fc.assert(fc.asyncProperty(apply, async (body) => {
    const text = JSON.stringify(body);
    const { labels, ...shape } = (await read(applyBody, text)).shape;
    const { labels: parsedLabels, ...parsed } = v.parse(applyBody, JSON.parse(text));
    assertEquals(given(shape), given(parsed));
    assertEquals(labels ?? null, parsedLabels ?? null);
  }));
});
