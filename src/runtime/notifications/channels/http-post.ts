import { urlToHttpOptions } from 'node:url';
import type { Clock } from '../../../kit/clock.ts';
import type { Secret } from '../../../kit/secret.ts';
import { VERSION } from '../../../version.ts';
import { post } from '../../../webhooks/post.ts';
import { reasonOf } from '../../../webhooks/retry-policy.ts';
import { ATTEMPT_MS, type ChannelOutcome } from './channel.ts';

/** Posts to an address that the operator has set, on a connection of its own. Redirects are not followed. */
export async function postTo(
  url: Secret,
  { headers, body }: { headers: Record<string, string>; body: string },
  clock: Clock,
): Promise<ChannelOutcome> {
  const target = () => ({ ...urlToHttpOptions(new URL(url.reveal())), agent: false });
  const all = { 'user-agent': `whatsapp-orchestrator/${VERSION}`, ...headers };
  const outcome = await post({ target, headers: all, body, timeoutMs: ATTEMPT_MS, receiver: 'the receiver' }, clock);
  if (outcome.kind === 'accepted') return { isAccepted: true, status: null, error: null };
  const status = outcome.kind === 'refused' ? outcome.status : null;
  return { isAccepted: false, status, error: reasonOf(outcome, 'the receiver') };
}
