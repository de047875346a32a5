import { type Simulator } from '../simulator.ts';
import { type JsonObject } from './request-body.ts';

/** What a route is given. */
export interface RouteCall {
  readonly simulator: Simulator;
  /** What stands at the place of `:number` in the path. */
  readonly number: string;
  readonly body: JsonObject;
  readonly query: URLSearchParams;
}

/** One thing that the control server does. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:number` where a phone's number stands. */
  readonly path: string;
  /** The longest body that it takes; 1 MiB without it. */
  readonly maxBodyBytes?: number;
  /** Answers what is sent as JSON; errors become answers in `control-server.ts`. */
  handle(call: RouteCall): unknown;
}
