import type { ContactCheck } from '../../domain/person.ts';

/** The REST form of a {@link ContactCheck}: without an account, every other field is `null`. */
interface ContactView {
  number: string | null;
  jid: string | null;
  lid: string | null;
  exists: boolean;
}

/** Converts what WhatsApp knows about a number to its REST form. */
export function contactView(check: ContactCheck): ContactView {
  if (!check.exists) return { number: null, jid: null, lid: null, exists: false };
  const { number, jid, lid } = check;
  return { number, jid, lid, exists: true };
}
