import { parseRecipient, type Recipient } from '../domain/address.ts';
import type { Addressee } from '../sessions/history/forget-person.ts';

/** Whom the stored messages are for that wait. What is no message is for nobody. */
export const addressees = {
  /** A scheduled message, as it was requested. */
  ofScheduled(body: string): Addressee {
    const { number, message_id: refersTo } = fieldsOf(JSON.parse(body));
    return { to: parseRecipient(text(number) ?? '') ?? null, refersTo: text(refersTo) };
  },
  /** A draft, as it is stored. */
  ofDraft(message: string): Addressee {
    const { to, content } = fieldsOf(JSON.parse(message));
    return { to: (to as Recipient | null | undefined) ?? null, refersTo: text(fieldsOf(content).messageId) };
  },
};

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
