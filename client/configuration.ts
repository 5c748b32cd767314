/**
 * What the client needs of letts.yaml.
 *
 * @module
 */
import type { ApplyBody } from "../protocol/lane.ts";
import type { Scope } from "../protocol/routes.ts";

/** A dugdale of letts.yaml, templates filled in. */
export interface DugdaleEntry {
  readonly id: string;
  readonly labels: readonly string[];
  readonly lanes: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;
}

/** A letts.yaml that was read and checked. */
export interface LettsConfig {
  readonly dugdales: readonly DugdaleEntry[];
  readonly selectorMatch: readonly string[] | undefined;
  dugdale(hostOrAlias: string | number): DugdaleEntry;
  route(name: string): { readonly dugdale: DugdaleEntry; readonly lane: string };
  candidates(lane: string, labels: readonly string[]): readonly DugdaleEntry[];
  token(dugdale: DugdaleEntry, scope: Scope): string;
  proxy(dugdale: DugdaleEntry): string | undefined;
  baseUrl(dugdale: DugdaleEntry): URL;
  applyBody(dugdale: DugdaleEntry): ApplyBody;
}
