import { type Act } from './act.ts';

/** What kills, damaged disks and restored copies can do. */
export const STORAGE: readonly Act[] = [];
