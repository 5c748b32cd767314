/** The script style: the script runs from top to bottom and reports its own end. @module */
import type { JsonValue } from "../protocol/json_value.ts";
import { MissionContext } from "./context.ts";
import { type FailureOptions, MissionFailure } from "./failure.ts";
import type { AnyOptions, MissionOptions, ParsingOptions } from "./options.ts";
import { openSession, type Session } from "./session.ts";

/**
 * A mission in script style. A script that ends without a report is a success without a result; an uncaught error is a
 * failure, and so is a call of `Deno.exit(0)` or `process.exit(0)`: reason `no_result`.
 */
export class Mission<Input = JsonValue> extends MissionContext<Input> {
  readonly #session: Session;

  private constructor(session: Session, options: AnyOptions<Input>) {
    super(session, options);
    this.#session = session;
  }

  /**
   * Starts the mission of this process: reads the input, opens the control channel, handles signals. An invalid input
   * ends the process here.
   *
   * @throws {AlreadyStartedError} When this process already runs a mission.
   */
  static start<Input>(options: ParsingOptions<Input>): Mission<Input>;
  /** Starts a mission that reads its input by paths, without a parser. */
  static start(options?: MissionOptions): Mission;
  static start<Input>(options: AnyOptions<Input> = {}): Mission<Input> {
    const session = openSession();
    session.onStray = (error) => session.end(session.toFailure(error));
    session.host.onIdle(() => {
      session.mayEndSilently = true;
      return false;
    });
    try {
      return new Mission(session, options);
    } catch (error) {
      return session.end(session.toFailure(error));
    }
  }

  /**
   * Ends the process with a success: nothing after this call runs, not even `finally`.
   *
   * @param value The result, an object. Default: none.
   * @throws {NotJsonError} When the value is not an object that can be represented in JSON; the mission then continues.
   * @throws {InvalidOutputError} When a declared output file is missing or not a regular file; the mission then
   * continues.
   * @throws {AlreadyEndedError} When the mission has already reported an ending.
   */
  success(value?: object): never {
    return this.#session.end(this.#session.toSuccess(value));
  }

  /**
   * Ends the process with a failure: nothing after this call runs, not even `finally`.
   *
   * @throws {UsageError} When the exit code is not 1 to 255; the mission then continues.
   * @throws {AlreadyEndedError} When the mission has already reported an ending.
   */
  fail(message: string, options?: FailureOptions): never {
    return this.#session.end(this.#session.toFailure(new MissionFailure(message, options)));
  }
}
