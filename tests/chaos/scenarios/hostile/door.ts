import { type Act } from './act.ts';

/** What programs and web pages can do that reach the REST interface. */
export const DOOR: readonly Act[] = [];
