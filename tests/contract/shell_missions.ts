/** The input that makes the mission `obeys.sh` run these shell commands. */
export function told(commands: string): { readonly sh: string } {
  return { sh: new TextEncoder().encode(commands).toBase64() };
}

/** Shell commands that write these lines to descriptor 3, byte by byte as given. */
export function saying(...lines: readonly (string | object)[]): string {
  const text = lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
  return `echo ${new TextEncoder().encode(text).toBase64()} | base64 -d >&3\n`;
}

/** Whether a process is there; one that has ended and waits to be reaped is not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
