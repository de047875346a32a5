import { isJidGroup, jidDecode, jidNormalizedUser } from '@whiskeysockets/baileys';
import type { PhoneNumber } from '../../domain/address.ts';
import type { AccountIdentity } from '../../domain/session.ts';

/** A device that Meta hosts for a business has addresses of its own; without the device they are the person's. */
const UNHOSTED: ReadonlyMap<string, string> = new Map([
  ['hosted', 's.whatsapp.net'],
  ['hosted.lid', 'lid'],
]);

/** The phone number in `…@s.whatsapp.net`, with or without a device; `null` for every other address. */
export function numberOf(jid: string | null | undefined): PhoneNumber | null {
  const number = /^(\d+)@s\.whatsapp\.net$/.exec(withoutDevice(jid ?? ''))?.[1];
  return (number ?? null) as PhoneNumber | null;
}

/** `jid` without its device when it is a LID; `null` for every other address. */
export function lidOf(jid: string | null | undefined): string | null {
  const lid = withoutDevice(jid ?? '');
  return lid.endsWith('@lid') ? lid : null;
}

/** `jid` without its device; empty when it is no JID. */
export function withoutDevice(jid: string): string {
  const { user, server } = jidDecode(jid) ?? {};
  const unhosted = UNHOSTED.get(server ?? '');
  return unhosted === undefined ? jidNormalizedUser(jid) : `${user}@${unhosted}`;
}

/** Whether `jid` is a group. */
export function isGroup(jid: string): boolean {
  return isJidGroup(jid) === true;
}

/** The account's identity, from the user id that WhatsApp assigned at pairing (`549…:1@s.whatsapp.net`). */
export function identityOf(userId: string): AccountIdentity | undefined {
  const phoneNumber = numberOf(userId);
  return phoneNumber ? { phoneNumber, whatsappUserId: userId } : undefined;
}
