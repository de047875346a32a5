import type { Clock } from '../../../kit/clock.ts';
import type { Secret } from '../../../kit/secret.ts';
import { VERSION } from '../../../version.ts';
import { Origin } from '../../../webhooks/http/origin.ts';
import { targetOf } from '../../../webhooks/http/request.ts';
import { post } from '../../../webhooks/post.ts';
import { reasonOf } from '../../../webhooks/retry-policy.ts';
import { ATTEMPT_MS, type ChannelOutcome } from './channel.ts';

/** Posts to an address that the operator has set, on a connection of its own. Redirects are not followed. */
export async function postTo(
  url: Secret,
  { headers, body }: { headers: Record<string, string>; body: string },
  clock: Clock,
): Promise<ChannelOutcome> {
  let close = (): void => undefined;
  const target = () => {
    const address = new URL(url.reveal());
    const origin = new Origin(address);
    close = () => origin[Symbol.dispose]();
    return targetOf(address, origin);
  };
  const all = { 'user-agent': `whatsapp-orchestrator/${VERSION}`, ...headers };
  const outcome = await post({ target, headers: all, body, timeoutMs: ATTEMPT_MS, receiver: 'the receiver' }, clock);
  close();
  if (outcome.kind === 'accepted') return { isAccepted: true, status: null, error: null };
  const status = outcome.kind === 'refused' ? outcome.status : null;
  return { isAccepted: false, status, error: reasonOf(outcome, 'the receiver') };
}
