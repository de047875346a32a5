import type { Act } from './act.ts';
import { CRASHES } from './storage/crashes.ts';
import { DAMAGED_ROWS } from './storage/damaged-rows.ts';
import { DELETIONS } from './storage/deletions.ts';
import { FULL_LOG } from './storage/full-log.ts';
import { PRUNING } from './storage/pruning.ts';
import { RELINKING } from './storage/relinking.ts';
import { RESTORED_COPY } from './storage/restored-copy.ts';

/** What kills, damaged disks and restored copies can do. */
export const STORAGE: readonly Act[] = [CRASHES, RELINKING, DELETIONS, DAMAGED_ROWS, FULL_LOG, RESTORED_COPY, PRUNING];
