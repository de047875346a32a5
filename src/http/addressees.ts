import { parseRecipient } from '../domain/address.ts';
import type { Addressee } from '../sessions/history/forget-person.ts';
import { shownMessage } from './stored-draft.ts';

/** Whom the stored messages are for that wait. What is no message is for nobody. */
export const addressees = {
  /** A scheduled message, as it was requested. */
  ofScheduled(body: string): Addressee {
    const { number, message_id: refersTo } = fieldsOf(JSON.parse(body));
    return addressee(number, refersTo);
  },
  /** A draft, as it is stored. An earlier version named the message in its own words. */
  ofDraft(message: string): Addressee {
    const { to, content } = shownMessage({ message });
    return addressee(to, content.message_id ?? content.messageId);
  },
};

function addressee(to: unknown, refersTo: unknown): Addressee {
  return { to: parseRecipient(text(to) ?? '') ?? null, refersTo: text(refersTo) };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
