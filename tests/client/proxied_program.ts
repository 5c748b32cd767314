/** Prints the version of a dugdale (first argument) behind a proxy (second one). @module */
import { LettsClient, lettsConfig } from "../../client/mod.ts";

const [url = "", proxy = ""] = Deno.args;
const config = lettsConfig({ auth: { token: "t" }, dugdales: [{ id: "s1", url, proxy }] });
await using client = await LettsClient.open({ config, retry: { attempts: 1 } });
await Deno.stdout.write(new TextEncoder().encode((await client.info("s1")).version));
