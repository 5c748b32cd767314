/** Uses the testing kit for all that it offers. Run without any permission by a test. @module */
import { FakeDugdale, openFakeClient } from "../../testing/mod.ts";

const dugdale = new FakeDugdale()
  .on("shout", ({ file, output, print, progress }) => {
    progress(0.5, "half");
    print("printed");
    output("loud", new TextDecoder().decode(file("text")).toUpperCase());
    return { done: true };
  })
  .on("exec", ({ print, command }) => print(command.join(" ")));
await using client = await openFakeClient({ s1: dugdale });
const result = await client.run({ route: "normal" }, {
  mission: "shout",
  files: { text: new TextEncoder().encode("hello") },
});
const loud = await new Response(await client.openOutput(result, "loud")).text();
const { missionId } = result;
for await (const _ of client.follow(await client.dispatch({ route: "normal" }, { mission: "none" })));
await client.metrics("s1");
await client.apply("s1");
await client.delete({ host: "s1", missionId });
// deno-lint-ignore no-console
console.log(JSON.stringify([result.return, loud, dugdale.missions[0]?.printed.stdout]));
