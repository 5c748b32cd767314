const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The W3C trace context of a request; null if there is none. An invalid one is ignored, because tracing must not
 * prevent work.
 */
export function readTraceparent(headers: Headers): string | null {
  const value = headers.get("traceparent");
  return value !== null && TRACEPARENT.test(value) ? value : null;
}
