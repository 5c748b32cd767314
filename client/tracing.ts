/**
 * Spans of OpenTelemetry, through whatever the application has registered: its API is found where every copy of
 * `@opentelemetry/api` looks for it, so that the client needs none of its own.
 *
 * @module
 */

/** A value that tells about a span. */
export type SpanAttribute = string | number | boolean;

/** What a span is made with. */
export interface SpanSettings {
  /** `SpanKind` of OpenTelemetry: 0 internal, 2 client, 3 producer. */
  readonly kind?: number;
  /** What is known at its start. */
  readonly attributes?: Record<string, SpanAttribute>;
}

/** What is used of a span. */
export interface Span {
  /** Its place in the trace: lower-case hex, and the flags as a number. */
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
  /** Adds what became known later. */
  setAttribute(key: string, value: SpanAttribute): unknown;
  /** Says how it ended; code 2 is an error. */
  setStatus(status: { code: number; message?: string }): unknown;
  /** Adds an error. */
  recordException(error: Error | string): void;
  /** Ends it. */
  end(): void;
}

/** What is used of a tracer. Every `Tracer` of `@opentelemetry/api` is one. */
export interface Tracer {
  /** Runs the work with a new span, which is the parent of spans that the work starts. */
  startActiveSpan<Value>(name: string, options: SpanSettings, work: (span: Span) => Value): Value;
}

const API = Symbol.for("opentelemetry.js.api.1");
const NAME = "@letts/letts";
const ERROR = 2;

/** Where every copy of the API keeps the span in a context. */
const ACTIVE_SPAN = Symbol.for("OpenTelemetry Context Key SPAN");

/** What is used of what an application has registered. */
interface Registered {
  readonly trace?: { getTracer(name: string): Tracer };
  readonly context?: ContextManager;
}

interface ContextManager {
  active(): SpanContext;
  with<Value>(context: SpanContext, work: () => Value): Value;
}

interface SpanContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): SpanContext;
}

function registered(): Registered | undefined {
  return (globalThis as { [API]?: Registered })[API];
}

/** The tracer of the provider that the application has registered; undefined when there is none. */
export function registeredTracer(): Tracer | undefined {
  return registered()?.trace?.getTracer(NAME);
}

/** W3C trace context of the span in which the application, or the client, is at this moment. */
export function activeTraceparent(): string | undefined {
  const span = registered()?.context?.active().getValue(ACTIVE_SPAN) as Span | undefined;
  return span && toTraceparent(span);
}

/**
 * Sends a request in the trace that its headers name. When Deno itself traces requests it adds a `traceparent` to the
 * one that is there, and two of them count as none: it is told of the span instead, of which its own is a child.
 */
export function sentInTrace<Value>(
  headers: Readonly<Record<string, string>>,
  send: (headers: Readonly<Record<string, string>>) => Value,
): Value {
  const { traceparent, ...others } = headers;
  const context = registered()?.context;
  if (traceparent === undefined || context === undefined || context !== denoContext()) return send(headers);
  const [, traceId, spanId, flags = ""] = traceparent.split("-");
  const span = { spanContext: () => ({ traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true }) };
  return context.with(context.active().setValue(ACTIVE_SPAN, span), () => send(others));
}

/** What Deno registers when it traces. */
function denoContext(): unknown {
  const { Deno } = globalThis as {
    readonly Deno?: { readonly telemetry?: { readonly contextManager?: unknown } };
  };
  return Deno?.telemetry?.contextManager;
}

/** The span of a piece of work. */
export interface WorkSpan {
  /** W3C trace context of the span; undefined when there is none, or it is of no trace. */
  readonly traceparent: string | undefined;
  /** Adds what became known later. */
  set(key: string, value: SpanAttribute): void;
  /** Marks work as failed that ends without an error. */
  failed(message: string): void;
}

const NO_SPAN: WorkSpan = { traceparent: undefined, set() {}, failed() {} };

/** Runs the work in a span, when there is a tracer. An error of the work is told to the span and thrown. */
export async function traced<Value>(
  tracer: Tracer | undefined,
  name: string,
  settings: SpanSettings,
  work: (span: WorkSpan) => Promise<Value>,
): Promise<Value> {
  if (tracer === undefined) return await work(NO_SPAN);
  return await tracer.startActiveSpan(name, settings, async (span) => {
    try {
      return await work({
        traceparent: toTraceparent(span),
        set: (key, value) => void span.setAttribute(key, value),
        failed: (message) => void span.setStatus({ code: ERROR, message }),
      });
    } catch (error) {
      const told = error instanceof Error ? error : String(error);
      span.recordException(told);
      span.setStatus({ code: ERROR, message: told instanceof Error ? told.message : told });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The API without a provider gives spans of no trace, with zeros for ids. */
function toTraceparent(span: Span): string | undefined {
  const { traceId, spanId, traceFlags } = span.spanContext();
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined;
  return `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, "0")}`;
}
