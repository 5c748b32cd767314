/**
 * Bodies as text, up to a limit.
 *
 * @module
 */

/** A text, possibly cut off. */
export interface LimitedText {
  readonly text: string;
  /** Whether it was cut off at the limit. */
  readonly truncated: boolean;
}

/** Reads a body as UTF-8, up to a limit. The rest is not awaited. */
export async function readText(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  limitBytes: number,
): Promise<LimitedText> {
  if (body === null) return { text: "", truncated: false };
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  for (let left = limitBytes;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), truncated: false };
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
    if (left >= 0) continue;
    await reader.cancel();
    return { text, truncated: true };
  }
}
