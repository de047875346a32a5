import { type Act } from './act.ts';

/** What a backend can do that is broken, or malicious. */
export const BACKEND: readonly Act[] = [];
