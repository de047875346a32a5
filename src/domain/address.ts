/** A phone number in digits with its country code, without `+`. */
export type PhoneNumber = string & { readonly __brand: 'PhoneNumber' };

/** The recipient of a message: a number, which has to be looked up, or a JID, which is used as it is. */
export type Recipient = { kind: 'number'; number: PhoneNumber } | { kind: 'jid'; jid: string };

const DIGITS = /^[1-9]\d{6,14}$/;
const DECORATION = /[\s().-]/g;
const JID = /^(\d{5,25}(?:-\d{1,20})?)(?::\d{1,5})?@(s\.whatsapp\.net|c\.us|lid|g\.us)$/;

/** Parses a phone number; `+`, spaces, dashes, dots and parentheses are ignored (contract 1.2). */
export function parsePhoneNumber(text: string): PhoneNumber | undefined {
  const digits = text.trim().replace(/^\+/, '').replace(DECORATION, '');
  return DIGITS.test(digits) ? (digits as PhoneNumber) : undefined;
}

/** Parses a recipient: a number, or the JID of a person, a LID or a group. */
export function parseRecipient(text: string): Recipient | undefined {
  if (!text.includes('@')) {
    const number = parsePhoneNumber(text);
    return number && { kind: 'number', number };
  }
  const [, user, server] = JID.exec(text.trim()) ?? [];
  if (user === undefined || server === undefined) return undefined;
  if (server === 'lid' || server === 'g.us') return { kind: 'jid', jid: `${user}@${server}` };
  const number = parsePhoneNumber(user);
  return number && { kind: 'number', number };
}

/** A recipient as text, which {@link parseRecipient} understands: digits, or a JID. */
export function recipientText(to: Recipient): string {
  return to.kind === 'number' ? to.number : to.jid;
}

/** The JID under which a phone number is addressed. */
export function jidOfNumber(number: string): string {
  return `${number}@s.whatsapp.net`;
}

const GROUP = /^(\d{5,25}(?:-\d{1,20})?)(?:@g\.us)?$/;

/** Parses a group id, with or without `@g.us`, and returns the JID. */
export function parseGroupId(text: string): string | undefined {
  const [, id] = GROUP.exec(text) ?? [];
  return id === undefined ? undefined : `${id}@g.us`;
}

/**
 * The variants under which WhatsApp may know a number, the given one first: Argentina with and without the mobile 9, Mexico with
 * and without the old 1, Brazil with and without the ninth digit.
 */
export function numberVariants(number: PhoneNumber): PhoneNumber[] {
  for (const [form, other] of VARIANTS) {
    if (form.test(number)) return [number, number.replace(form, other) as PhoneNumber];
  }
  return [number];
}

const VARIANTS: readonly (readonly [RegExp, string])[] = [
  [/^549(\d{10})$/, '54$1'],
  [/^54(\d{10})$/, '549$1'],
  [/^521(\d{10})$/, '52$1'],
  [/^52(\d{10})$/, '521$1'],
  [/^55(\d{2})9(\d{8})$/, '55$1$2'],
  [/^55(\d{2})([6-9]\d{7})$/, '55$19$2'],
];
