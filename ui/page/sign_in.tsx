/**
 * The page before a session.
 *
 * @module
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { change, session, type SessionFacts } from "./api.ts";

/** Asks for a token. */
export function SignIn({ failure }: { failure: string | undefined }): JSX.Element {
  const [message, setMessage] = useState(failure);
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    try {
      session.value = await change<SessionFacts>("/api/session", { token: form.get("token") });
    } catch (error) {
      setMessage(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <h1>letts</h1>
        <p>
          Sign in with a token of your dugdales, or open the link that <code>letts ui</code> printed.
        </p>
        <label>
          Token
          <input name="token" type="password" autocomplete="current-password" required autofocus />
        </label>
        {message && <p class="form-error" role="alert">{message}</p>}
        <button type="submit" class="primary" disabled={busy}>Sign in</button>
      </form>
    </main>
  );
}
