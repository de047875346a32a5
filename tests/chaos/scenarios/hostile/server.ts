import { type Act } from './act.ts';

/** What somebody can do who stands between us and WhatsApp. */
export const SERVER: readonly Act[] = [];
