import { dispatchExec } from "../engine/exec_dispatch.ts";
import { audit } from "./admin.ts";
import { json } from "./answer.ts";
import type { RouteHandlers } from "./call.ts";
import { idempotencyKey } from "./dispatch.ts";
import { readExec } from "./exec_request.ts";
import { assertAcceptsWork, type HandlerParts, viewOf } from "./parts.ts";
import { readTraceparent } from "./traceparent.ts";

/** `POST /v1/exec/dispatch` */
export function execHandler(parts: HandlerParts): RouteHandlers["execDispatch"] {
  return async (call) => {
    assertAcceptsWork(parts);
    const execId = idempotencyKey(call);
    const body = await call.body();
    const request = {
      ...readExec(execId, body, parts.config.exec),
      traceparent: readTraceparent(call.request.headers),
      view: viewOf(call, parts),
    };
    call.caller.token?.limits?.assertMayUse("exec", request.lane, "exec");
    const { reply, created, files, fingerprint } = await dispatchExec(
      request,
      parts.enqueuer,
      parts.config.exec.maxScriptBytes,
    );
    if (!created) return json(reply);
    audit(parts, call, "exec.dispatch", {
      exec_id: execId,
      group_id: request.groupId ?? undefined,
      display_name: request.displayName ?? undefined,
      lane: request.lane,
      command_argv: request.command,
      script_sha256: files.script?.sha256,
      script_size: files.script?.size,
      in_keys: request.in.map((file) => file.key),
      in_sizes: files.in.map((file) => file.size),
      out_keys: request.out,
      stdin: request.stdin,
      stdin_staging_id: files.stdin?.staging_id,
      stdin_size: files.stdin?.size,
      input_fingerprint: fingerprint,
    });
    return json(reply, 202);
  };
}
