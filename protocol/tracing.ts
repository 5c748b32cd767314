/**
 * OpenTelemetry spans, through the provider that the application has registered: its API is found where every copy of
 * `@opentelemetry/api` looks for it, so that the client needs no dependency.
 *
 * @module
 */

/** The value of a span attribute. */
export type SpanAttribute = string | number | boolean;

/** Options of a new span. */
export interface SpanSettings {
  /** `SpanKind` of OpenTelemetry: 0 internal, 2 client, 3 producer. */
  readonly kind?: number;
  /** Attributes known at its start. */
  readonly attributes?: Record<string, SpanAttribute>;
}

/** The part of the span interface that is used. */
export interface Span {
  /** Trace id and span id in lower-case hex, and the flags as a number. */
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
  /** Sets attributes that became known later. */
  setAttribute(key: string, value: SpanAttribute): unknown;
  /** Sets the status; code 2 is an error. */
  setStatus(status: { code: number; message?: string }): unknown;
  /** Records an error. */
  recordException(error: Error | string): void;
  /** Ends it. */
  end(): void;
}

/** The part of the tracer interface that is used. Every `Tracer` of `@opentelemetry/api` conforms to it. */
export interface Tracer {
  /** Runs a function with a new span, which is the parent of spans started inside. */
  startActiveSpan<Value>(name: string, options: SpanSettings, work: (span: Span) => Value): Value;
}

const API = Symbol.for("opentelemetry.js.api.1");
const NAME = "@letts/letts";
const ERROR = 2;

/** Where every copy of the API keeps the span in a context. */
const ACTIVE_SPAN = Symbol.for("OpenTelemetry Context Key SPAN");

/** The part of the registered API that is used. */
interface Registered {
  readonly trace?: { getTracer(name: string): ProviderTracer };
  readonly context?: ContextManager;
}

/** What the tracers of providers have beyond {@linkcode Tracer}. */
interface ProviderTracer extends Tracer {
  startSpan(
    name: string,
    options: SpanSettings & { readonly startTime: number },
    context: SpanContext,
  ): Span & { end(timeMs: number): void };
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

/** The tracer of the registered provider; undefined when there is none. */
export function registeredTracer(): Tracer | undefined {
  return registered()?.trace?.getTracer(NAME);
}

/** W3C trace context of the active span of the application or the client. */
export function activeTraceparent(): string | undefined {
  const span = registered()?.context?.active().getValue(ACTIVE_SPAN) as Span | undefined;
  return span && toTraceparent(span);
}

/**
 * Sends a request in the trace named by its headers. If Deno itself traces requests, it adds a second `traceparent`,
 * and two of them count as none: instead the span is made active, and Deno's own becomes its child.
 */
export function sentInTrace<Value>(
  headers: Readonly<Record<string, string>>,
  send: (headers: Readonly<Record<string, string>>) => Value,
): Value {
  const { traceparent, ...others } = headers;
  const context = registered()?.context;
  if (traceparent === undefined || context === undefined || context !== denoContext()) return send(headers);
  return withinTrace(traceparent, () => send(others));
}

/** Does something as a part of a trace: spans that are started meanwhile are children of its W3C trace context. */
export function withinTrace<Value>(traceparent: string | undefined, work: () => Value): Value {
  const context = registered()?.context;
  if (traceparent === undefined || context === undefined) return work();
  return context.with(childOf(traceparent, context), work);
}

function childOf(traceparent: string, context: ContextManager): SpanContext {
  const [, traceId, spanId, flags = ""] = traceparent.split("-");
  const span = { spanContext: () => ({ traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true }) };
  return context.active().setValue(ACTIVE_SPAN, span);
}

/** An operation that is over. */
export interface PastSpan extends SpanSettings {
  readonly name: string;
  /** W3C trace context that it is a part of. */
  readonly traceparent: string;
  /** Unix milliseconds. */
  readonly startedMs: number;
  /** Unix milliseconds. */
  readonly endedMs: number;
  /** Why it failed. Undefined: it did not. */
  readonly failure?: string | undefined;
}

/** What records operations that are over; undefined when no provider is registered. */
export function pastRecorder(): ((past: PastSpan) => void) | undefined {
  const { trace, context } = registered() ?? {};
  if (trace === undefined || context === undefined) return undefined;
  const tracer = trace.getTracer(NAME);
  return ({ name, traceparent, startedMs, endedMs, failure, ...settings }) => {
    const span = tracer.startSpan(name, { ...settings, startTime: startedMs }, childOf(traceparent, context));
    if (failure !== undefined) span.setStatus({ code: ERROR, message: failure });
    span.end(endedMs);
  };
}

/** What Deno registers when tracing is enabled. */
function denoContext(): unknown {
  const { Deno } = globalThis as {
    readonly Deno?: { readonly telemetry?: { readonly contextManager?: unknown } };
  };
  return Deno?.telemetry?.contextManager;
}

/** The span of an operation. */
export interface WorkSpan {
  /** W3C trace context of the span; undefined without a span, or if it belongs to no trace. */
  readonly traceparent: string | undefined;
  /** Sets attributes that became known later. */
  set(key: string, value: SpanAttribute): void;
  /** Marks an operation as failed that ends without an exception. */
  failed(message: string): void;
}

const NO_SPAN: WorkSpan = { traceparent: undefined, set() {}, failed() {} };

/** Runs an operation in a span, if there is a tracer. Its exception is recorded and rethrown. */
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

/** Without a provider, the API returns spans without a trace, whose ids are all zeros. */
function toTraceparent(span: Span): string | undefined {
  const { traceId, spanId, traceFlags } = span.spanContext();
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined;
  return `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, "0")}`;
}
