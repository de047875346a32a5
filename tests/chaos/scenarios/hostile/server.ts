import type { Act } from './act.ts';
import { LINES } from './server/lines.ts';
import { LOGINS } from './server/logins.ts';

/** What somebody can do who stands between us and WhatsApp. */
export const SERVER: readonly Act[] = [...LOGINS, ...LINES];
