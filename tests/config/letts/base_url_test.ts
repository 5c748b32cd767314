import { assertEquals } from "@std/assert";
import { findBaseUrl } from "../../../config/letts/base_url.ts";

const CASES: readonly (readonly [host: string, port: number, fallback: number, expected: string])[] = [
  ["h", 0, 0, "http://h:7180/"],
  ["h", 0, 7000, "http://h:7000/"],
  ["h", 6000, 7000, "http://h:6000/"],
  ["h:5000", 6000, 7000, "http://h:5000/"],
  ["10.0.0.1:9000", 7000, 0, "http://10.0.0.1:9000/"],
  ["h:0", 6000, 7000, "http://h:6000/"],
  ["h:", 0, 7000, "http://h:7000/"],
  ["h:80", 0, 0, "http://h/"],
  ["::1", 0, 0, "http://[::1]:7180/"],
  ["::1", 6000, 0, "http://[::1]:6000/"],
  ["[::1]:7180", 6000, 0, "http://[::1]:7180/"],
  ["[::1]", 6000, 0, "http://[::1]:6000/"],
  ["fe80::2", 0, 0, "http://[fe80::2]:7180/"],
];
for (const [host, port, fallback, expected] of CASES) {
  Deno.test(`findBaseUrl() makes ${expected} from ${host}, ${port} and ${fallback}`, () => {
    const answer = findBaseUrl({ host, port, url: "" }, fallback);
    assertEquals(answer instanceof URL ? answer.href : answer.problem, expected);
  });
}

for (const host of ["", ":80", "h:abc", "h:70000", "http://h", "h/path", "u@h", "a b", "[::1", "::zz"]) {
  Deno.test(`findBaseUrl() refuses the host ${JSON.stringify(host)}`, () => {
    const answer = findBaseUrl({ host, port: 0, url: "" }, 0);
    assertEquals(answer instanceof URL ? answer.href : answer.field, "host");
  });
}

Deno.test("findBaseUrl() takes url as written, whatever host and port say", () => {
  for (const url of ["https://x/base", "http://x:1/", "http://x/a?b=c"]) {
    const answer = findBaseUrl({ host: "h", port: 1, url }, 2);
    assertEquals(answer instanceof URL ? answer.href : answer.problem, url);
  }
});

for (const url of ["ftp://x", "x", "//x", "ws://x"]) {
  Deno.test(`findBaseUrl() refuses the url ${url}`, () => {
    const answer = findBaseUrl({ host: "h", port: 1, url }, 2);
    assertEquals(answer instanceof URL ? answer.href : answer.field, "url");
  });
}
