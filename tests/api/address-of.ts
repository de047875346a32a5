import type { Recipient } from '../../src/domain/address.ts';

/** The address of a recipient, as answers tell it. */
export function addressOf(to: Recipient | null): string {
  if (to === null) return 'the conversation of the earlier message';
  return to.kind === 'jid' ? to.jid : `${to.number}@s.whatsapp.net`;
}
