/**
 * Bodies as text, up to a limit.
 *
 * @module
 */

/** The start of a text, or all of it. */
export interface LimitedText {
  readonly text: string;
  /** Whether there was more than the limit allows. */
  readonly truncated: boolean;
}

/** Reads a body as UTF-8. What exceeds the limit is not waited for. */
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
