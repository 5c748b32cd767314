/**
 * Calls of missions defined with types.
 *
 * @module
 */
import { type DefinedMission, SchemaValidationError } from "../../protocol/defined_mission.ts";
import type { JsonValue } from "../../protocol/json_value.ts";
import type { Address, HostOutcome, RunHandle, RunResult } from "../types.ts";

/** The parts of a defined mission that callers see. */
export type CallableMission<Input, Return> = Pick<
  DefinedMission<Input, Return, unknown, unknown>,
  "mission" | "parseReturn" | "checkInput"
>;

/** Options of a defined mission: the name is fixed, and the input is typed. */
export type Typed<Options, Input> =
  & Omit<Options, "mission" | "input">
  & (undefined extends Input ? { readonly input?: Input } : { readonly input: Input });

interface PlainOptions {
  readonly mission: string;
  readonly input?: JsonValue | undefined;
}

/** Whether a call passes a defined mission instead of plain options. */
export function isDefined<Input, Return>(
  what: PlainOptions | CallableMission<Input, Return>,
): what is CallableMission<Input, Return> {
  return "parseReturn" in what;
}

/**
 * The plain options of either form of a call.
 *
 * @throws {SchemaValidationError} When the schema rejects the input; code `invalid_input`.
 */
export function plainOptions<Options extends PlainOptions, Input>(
  what: Options | CallableMission<Input, unknown>,
  options: Typed<Options, Input> | undefined,
): Options {
  if (!isDefined(what)) return what;
  what.checkInput(options?.input as Input);
  // `Typed` is `Options` without the two fields that are put back here.
  return { ...options, mission: what.mission } as unknown as Options;
}

/**
 * A result with a validated return value. @throws {SchemaValidationError} When the schema rejects it; code
 * `invalid_return`.
 */
export function typedResult<Return>(
  defined: CallableMission<never, Return>,
  result: RunResult<unknown>,
): RunResult<Return> {
  if (!result.success) return { ...result, return: undefined };
  const { host, missionId } = result;
  return { ...result, return: defined.parseReturn(result.return, { host, missionId }) };
}

/** An outcome with a validated return value; if its schema rejects the value, the job has failed. */
export function typedOutcome<Return>(
  defined: CallableMission<never, Return>,
  outcome: HostOutcome<unknown>,
  address: Address,
): HostOutcome<Return> {
  if (!outcome.ok) return outcome;
  const { index, host, result } = outcome;
  try {
    return { ...outcome, result: typedResult(defined, result) };
  } catch (error) {
    if (!(error instanceof SchemaValidationError)) throw error;
    return { ok: false, index, host, missionId: result.missionId, address, error };
  }
}

/** A handle whose result is validated. */
export function typedHandle<Return>(
  defined: CallableMission<never, Return>,
  handle: RunHandle<unknown>,
): RunHandle<Return> {
  let result: Promise<RunResult<Return>> | undefined;
  return {
    ref: handle.ref,
    get result() {
      if (result === undefined) {
        result = handle.result.then((untypedResult) => typedResult(defined, untypedResult));
        result.catch(() => {}); // as with the handle itself: reported to those who await it
      }
      return result;
    },
    events: () => handle.events(),
    [Symbol.asyncDispose]: () => handle[Symbol.asyncDispose](),
  };
}
