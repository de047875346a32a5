/** The two ways to name a person: by phone number (`pn`), or by the number-less id that WhatsApp gives out (`lid`). */
export type Addressing = 'pn' | 'lid';

/** A JID taken apart: `user[:device]@server`. Device 0 is the phone, and is not written. */
export interface Address {
  readonly user: string;
  readonly device: number;
  readonly addressing: Addressing;
}

const SERVER_OF: Record<Addressing, string> = { pn: 's.whatsapp.net', lid: 'lid' };
const JID = /^(\d+)(?::(\d+))?@(s\.whatsapp\.net|c\.us|lid)$/;

/** Reads a person's JID; undefined for a group, a broadcast list or anything else. */
export function parseJid(jid: string | undefined): Address | undefined {
  const [, user, device, server] = JID.exec(jid ?? '') ?? [];
  if (user === undefined) return undefined;
  return { user, device: Number(device ?? 0), addressing: server === 'lid' ? 'lid' : 'pn' };
}

/** Writes a person's JID. */
export function formatJid({ user, device, addressing }: Address): string {
  return `${user}${device === 0 ? '' : `:${device}`}@${SERVER_OF[addressing]}`;
}
