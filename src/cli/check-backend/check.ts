import type { EventKind } from '../../domain/event.ts';
import type { PendingCallback } from '../../ports/callbacks.ts';
import type { CheckedBackend } from './checked-backend.ts';
import type { TestSession } from './test-session.ts';

/** Whether the backend does what an orchestrator expects: `skipped` when that could not be tried. */
export type Verdict = 'ok' | 'warning' | 'wrong' | 'skipped';

/** What a check found. */
export interface Finding {
  verdict: Verdict;
  /** What happened and what to change; empty when there is nothing to say. */
  advice: string;
}

/** What the checks of one run share. */
export interface CheckRun {
  backend: CheckedBackend;
  session: TestSession;
  /** A session that is announced late. */
  lateSession: TestSession;
  /** The first event of each kind that the backend accepted. */
  accepted: Map<EventKind, PendingCallback>;
  /** Whether it refuses what is not signed. */
  refusesUnsigned: boolean;
}

/** One thing that a backend does or does not do. */
export interface Check {
  /** For programs; the same in every version. */
  id: string;
  /** For people. */
  title: string;
  /** Cannot be tried unless an ordinary event of this kind was accepted. */
  needs?: EventKind;
  run: (run: CheckRun) => Promise<Finding>;
}

/** Nothing to change. */
export const OK: Finding = { verdict: 'ok', advice: '' };
