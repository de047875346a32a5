import type { Orchestrator } from './orchestrator.ts';
import type { TestBed } from './test-bed.ts';
import { sharedNowMs } from './usage.ts';

/** The time until the first and until the last login, in ms. */
export interface Recovery {
  firstMs: number;
  allMs: number;
}

/** Ends the orchestrator and starts it anew. Resolves once all its accounts are logged in, with how long that took from the signal on. */
export async function recover(
  { whatsapp }: TestBed,
  ours: Orchestrator,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<Recovery> {
  await whatsapp.call('forgetLogins', undefined);
  const startMs = sharedNowMs();
  await ours.restart(signal);
  const [logins] = await Promise.all([whatsapp.call('logins', ours.accounts.length), ours.rest.untilReady()]);
  return since(startMs, logins);
}

/** What these logins, at times of the shared clock, say of a recovery that began then. */
export function since(startMs: number, logins: readonly number[]): Recovery {
  return { firstMs: Math.min(...logins) - startMs, allMs: Math.max(...logins) - startMs };
}
