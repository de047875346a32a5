import { isJidGroup, isLidUser, isPnUser, jidDecode, jidNormalizedUser } from '@whiskeysockets/baileys';
import { type PhoneNumber } from '../../domain/address.ts';
import { type AccountIdentity } from '../../domain/session.ts';

/** The phone number in `…@s.whatsapp.net`, with or without a device; `null` for every other address. */
export function numberOf(jid: string | null | undefined): PhoneNumber | null {
  if (!jid || !isPnUser(jid)) return null;
  return (jidDecode(jid)?.user ?? null) as PhoneNumber | null;
}

/** `jid` without its device when it is a LID; `null` for every other address. */
export function lidOf(jid: string | null | undefined): string | null {
  return jid && isLidUser(jid) ? jidNormalizedUser(jid) : null;
}

/** `jid` without its device. */
export function withoutDevice(jid: string): string {
  return jidNormalizedUser(jid);
}

/** Whether `jid` is a group. */
export function isGroup(jid: string): boolean {
  return isJidGroup(jid) === true;
}

/** The JID under which a phone number is addressed. */
export function jidOfNumber(number: PhoneNumber): string {
  return `${number}@s.whatsapp.net`;
}

/** The account's identity, from the user id that WhatsApp assigned at pairing (`549…:1@s.whatsapp.net`). */
export function identityOf(userId: string): AccountIdentity | undefined {
  const phoneNumber = numberOf(userId);
  return phoneNumber ? { phoneNumber, whatsappUserId: userId } : undefined;
}
