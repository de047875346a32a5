/** The two ways to address a person: by phone number (`pn`), or by WhatsApp's id that hides the number (`lid`). */
export type Addressing = 'pn' | 'lid';

/** A parsed JID: `user[:device]@server`. Device 0 is the phone; the JID omits it. */
export interface Address {
  readonly user: string;
  readonly device: number;
  readonly addressing: Addressing;
}

const SERVER_OF: Record<Addressing, string> = { pn: 's.whatsapp.net', lid: 'lid' };
const JID = /^(\d+)(?::(\d+))?@(s\.whatsapp\.net|c\.us|lid)$/;

/** Parses a person's JID; undefined for a group, a broadcast list or anything else. */
export function parseJid(jid: string | undefined): Address | undefined {
  const [, user, device, server] = JID.exec(jid ?? '') ?? [];
  if (user === undefined) return undefined;
  return { user, device: Number(device ?? 0), addressing: server === 'lid' ? 'lid' : 'pn' };
}

/** Formats a person's JID. */
export function formatJid({ user, device, addressing }: Address): string {
  return `${user}${device === 0 ? '' : `:${device}`}@${SERVER_OF[addressing]}`;
}
