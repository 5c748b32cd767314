import { dispatchExec, type ExecFiles, type ExecRequest } from "../engine/exec_dispatch.ts";
import { json } from "./answer.ts";
import type { Facts } from "./audit.ts";
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
    const audited = parts.audit.begin(call, { action: "exec.dispatch", target: execId });
    const { reply, created } = await dispatchExec(
      {
        ...request,
        entered: (files, fingerprint) => audited.within(factsOf(request, files, fingerprint)),
      },
      parts.enqueuer,
      parts.config.exec.maxScriptBytes,
    );
    if (!created) return json(reply);
    await audited.done();
    return json(reply, 202);
  };
}

function factsOf(request: ExecRequest, files: ExecFiles, fingerprint: string): Facts {
  return {
    exec_id: request.execId,
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
  };
}
