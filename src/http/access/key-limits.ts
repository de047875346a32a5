import type { KeyLimits } from '../../domain/access.ts';
import { numberVariants, parsePhoneNumber, type Recipient } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import type { Route } from '../route.ts';
import type { Caller } from './caller.ts';

const ONLY_SENDS =
  'This key is limited to some recipients, or needs approval: it sends messages with send-message and messages, and changes nothing else.';

/**
 * Requires that a key which is limited to some recipients, or whose messages need approval, does with `messages:send` what its limits can
 * be checked for: it sends messages to these recipients. Reading is not limited.
 * @throws AppError `not_permitted`, `recipient_not_allowed`
 */
export function requireWithinLimits(
  { scope, method, recipientOf }: Pick<Route, 'scope' | 'method' | 'recipientOf'>,
  { limits }: Pick<Caller, 'limits'>,
  body: unknown,
): void {
  if (!limits || scope !== 'messages:send' || method === 'get') return;
  if (!recipientOf) throw new AppError('not_permitted', { message: ONLY_SENDS });
  if (!isAllowed(limits, recipientOf(body))) throw new AppError('recipient_not_allowed');
}

/** An action on an earlier message names no recipient: whose conversation it would reach is not known here. */
function isAllowed({ recipients }: KeyLimits, to: Recipient | null): boolean {
  if (recipients === null) return true;
  if (to === null) return false;
  if (to.kind === 'jid') return recipients.includes(to.jid);
  // WhatsApp takes these for the same number.
  const listed = recipients.flatMap((text) => parsePhoneNumber(text) ?? []);
  const variants = numberVariants(to.number);
  return listed.some((number) => numberVariants(number).some((variant) => variants.includes(variant)));
}
