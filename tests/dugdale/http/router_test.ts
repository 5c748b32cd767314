import { assertEquals, assertThrows } from "@std/assert";
import { Router } from "../../../dugdale/http/router.ts";
import { ProblemError } from "../../../dugdale/problem_error.ts";

const router = new Router({
  list: { method: "GET", path: "/things" },
  make: { method: "POST", path: "/things" },
  groups: { method: "GET", path: "/things/groups" },
  thing: { method: "GET", path: "/things/:id" },
  leaf: { method: "GET", path: "/things/deep/leaf" },
  part: { method: "DELETE", path: "/things/:id/parts/:part" },
});

Deno.test("Router.match() finds a route with the decoded segments of its path", () => {
  assertEquals(router.match("GET", "/things"), { route: "list", path: {} });
  assertEquals(router.match("GET", "/things/a%2Fb"), { route: "thing", path: { id: "a/b" } });
  assertEquals(router.match("DELETE", "/things/1/parts/2"), { route: "part", path: { id: "1", part: "2" } });
});

Deno.test("Router.match() prefers a literal segment, but tries the parameter where the literal leads nowhere", () => {
  assertEquals(router.match("GET", "/things/groups").route, "groups");
  assertEquals(router.match("GET", "/things/deep").path, { id: "deep" });
  assertEquals(router.match("DELETE", "/things/groups/parts/1").path, { id: "groups", part: "1" });
});

Deno.test("Router.match() answers HEAD by GET", () => {
  assertEquals(router.match("HEAD", "/things").route, "list");
});

Deno.test("Router.match() refuses unknown paths, empty segments and bytes that are not UTF-8", () => {
  for (
    const path of ["/", "", "/thing", "/things/", "/things/1/parts", "/things/%ff", "/things/1/parts/2/3"]
  ) {
    assertEquals(assertThrows(() => router.match("GET", path), ProblemError).code, "not_found", path);
  }
});

Deno.test("Router.match() names the methods of a path to those that use another one", () => {
  const error = assertThrows(() => router.match("DELETE", "/things"), ProblemError);
  assertEquals([error.code, error.details], ["method_not_allowed", { allow: ["GET", "HEAD", "POST"] }]);
});
