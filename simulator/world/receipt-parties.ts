import { parseJid } from './address.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * The sender attributes of a receipt by `device` for a message from `chat`, written by `participant` if that is a
 * group: addressed as the message was, and in a group sent from the group (section 10 of the protocol notes).
 */
export function receiptParties(
  device: Endpoint,
  chat: string | undefined,
  participant: string | undefined,
): Record<string, string> {
  const jid = device.jid(parseJid(participant ?? chat)?.addressing ?? 'lid');
  return participant === undefined || chat === undefined ? { from: jid } : { from: chat, participant: jid };
}
