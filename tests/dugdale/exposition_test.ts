import { assertEquals } from "@std/assert";
import { Counter, Gauge, Histogram } from "../../dugdale/exposition.ts";

Deno.test("Counter.text() has a line for each series, known ones from the start", () => {
  const counter = new Counter({ name: "x_total", help: "What\nit \\ is.", labels: ["a", "b"] }, [["1", "2"]]);
  counter.add('"q"', "back\\slash\nline");
  counter.add('"q"', "back\\slash\nline");
  assertEquals(
    counter.text(),
    "# HELP x_total What\\nit \\\\ is.\n# TYPE x_total counter\n" +
      'x_total{a="1",b="2"} 0\nx_total{a="\\"q\\"",b="back\\\\slash\\nline"} 2\n',
  );
});

Deno.test("Counter.text() of a metric without labels starts with 0", () => {
  const counter = new Counter({ name: "x_total", help: "X." });
  assertEquals(counter.text(), "# HELP x_total X.\n# TYPE x_total counter\nx_total 0\n");
});

Deno.test("Gauge.text() asks for the values each time", () => {
  let value = 1;
  const gauge = new Gauge({ name: "g", help: "G.", labels: ["l"] }, () => [[["a"], value], [["b"], -0.5]]);
  assertEquals(gauge.text(), '# HELP g G.\n# TYPE g gauge\ng{l="a"} 1\ng{l="b"} -0.5\n');
  value = 2;
  assertEquals(gauge.text().includes('g{l="a"} 2\n'), true);
});

Deno.test("Histogram.text() counts each bucket together with the smaller ones, bounds included", () => {
  const histogram = new Histogram({ name: "h", help: "H.", labels: ["l"] }, [0.5, 1]);
  for (const value of [0.25, 0.5, 0.75, 8]) histogram.observe(value, "a");
  assertEquals(
    histogram.text(),
    "# HELP h H.\n# TYPE h histogram\n" +
      'h_bucket{l="a",le="0.5"} 2\nh_bucket{l="a",le="1"} 3\nh_bucket{l="a",le="+Inf"} 4\n' +
      'h_sum{l="a"} 9.5\nh_count{l="a"} 4\n',
  );
});
