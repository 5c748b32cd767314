/**
 * Metrics in Prometheus text format. The labels of a series are formatted once, at its first use.
 *
 * @module
 */

/** Label values of a series, in the order of the metric's label names. */
export type LabelValues = readonly string[];

/** Common to all metrics. */
export interface MetricFacts {
  readonly name: string;
  /** One line of help. */
  readonly help: string;
  /** Label names; without labels a metric has one series. */
  readonly labels?: readonly string[];
}

/** A metric with all its series. */
export interface Metric {
  /** Its lines, each with a newline. */
  text(): string;
}

/** A counter. */
export class Counter implements Metric {
  readonly #facts: MetricFacts;
  readonly #series = new Map<string, { readonly labels: string; count: number }>();

  /** @param known Label values of series that exist from the start, with 0. */
  constructor(facts: MetricFacts, known: readonly LabelValues[] = []) {
    this.#facts = facts;
    for (const values of known) this.#find(values);
    if (facts.labels === undefined) this.#find([]);
  }

  /** Adds one. */
  add(...values: LabelValues): void {
    this.#find(values).count++;
  }

  text(): string {
    let text = head(this.#facts, "counter");
    for (const { labels, count } of this.#series.values()) {
      text += `${this.#facts.name}${braced(labels)} ${count}\n`;
    }
    return text;
  }

  #find(values: LabelValues): { readonly labels: string; count: number } {
    const key = values.join("\0");
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels: labelText(this.#facts, values), count: 0 };
      this.#series.set(key, series);
    }
    return series;
  }
}

/** A gauge; computed for each request, so that nothing has to be kept up to date. */
export class Gauge implements Metric {
  readonly #facts: MetricFacts;
  readonly #read: () => Iterable<readonly [values: LabelValues, value: number]>;

  constructor(facts: MetricFacts, read: () => Iterable<readonly [values: LabelValues, value: number]>) {
    this.#facts = facts;
    this.#read = read;
  }

  text(): string {
    let text = head(this.#facts, "gauge");
    for (const [values, value] of this.#read()) {
      text += `${this.#facts.name}${braced(labelText(this.#facts, values))} ${value}\n`;
    }
    return text;
  }
}

interface Distribution {
  readonly labels: string;
  /** Number of values in each bucket, not cumulative. */
  readonly counts: Float64Array;
  sum: number;
  count: number;
}

/** A histogram. */
export class Histogram implements Metric {
  readonly #facts: MetricFacts;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Distribution>();

  /** @param bounds Upper bounds of the buckets, rising; an unbounded bucket is added. */
  constructor(facts: MetricFacts, bounds: readonly number[]) {
    this.#facts = facts;
    this.#bounds = bounds;
  }

  /** Adds a value. */
  observe(value: number, ...values: LabelValues): void {
    const series = this.#find(values);
    series.sum += value;
    series.count++;
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    if (bucket !== -1) series.counts[bucket]! += 1;
  }

  text(): string {
    const { name } = this.#facts;
    let text = head(this.#facts, "histogram");
    for (const { labels, counts, sum, count } of this.#series.values()) {
      const comma = labels === "" ? "" : ",";
      let below = 0;
      this.#bounds.forEach((bound, index) => {
        below += counts[index] ?? 0;
        text += `${name}_bucket{${labels}${comma}le="${bound}"} ${below}\n`;
      });
      text += `${name}_bucket{${labels}${comma}le="+Inf"} ${count}\n`;
      text += `${name}_sum${braced(labels)} ${sum}\n${name}_count${braced(labels)} ${count}\n`;
    }
    return text;
  }

  #find(values: LabelValues): Distribution {
    const key = values.join("\0");
    let series = this.#series.get(key);
    if (series === undefined) {
      const counts = new Float64Array(this.#bounds.length);
      series = { labels: labelText(this.#facts, values), counts, sum: 0, count: 0 };
      this.#series.set(key, series);
    }
    return series;
  }
}

function head({ name, help }: MetricFacts, type: string): string {
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;
}

function labelText({ labels = [] }: MetricFacts, values: LabelValues): string {
  return labels.map((label, index) => `${label}="${escaped(values[index] ?? "")}"`).join();
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function braced(labels: string): string {
  return labels === "" ? "" : `{${labels}}`;
}
