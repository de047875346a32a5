import type { Simulator } from '../simulator.ts';
import type { JsonObject } from './request-body.ts';

/** Input of a route's handler. */
export interface RouteCall {
  readonly simulator: Simulator;
  /** The value of `:number` in the path; empty without it. */
  readonly number: string;
  readonly body: JsonObject;
  readonly query: URLSearchParams;
}

/** A route of the control server. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** May contain `:number`, a phone's number. */
  readonly path: string;
  /** Maximum length of the body; 1 MiB by default. */
  readonly maxBodyBytes?: number;
  /** Returns the answer, which is sent as JSON; `control-server.ts` maps errors to answers. */
  handle(call: RouteCall): unknown;
}
