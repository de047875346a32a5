import { LONG_AWAY_MS } from '../domain/attention.ts';
import type { Secret } from '../kit/secret.ts';
import { signingKeys } from '../webhooks/signature.ts';
import type { EnvironmentReader } from './environment.ts';
import { HOW_TO_MAKE, refuseWeak } from './weak-secret.ts';

/** The languages of notifications. */
export type Language = 'en' | 'es';

/** Whom to tell when something needs a person's attention, and when. */
export interface NotificationSettings {
  /** `NOTIFY_AFTER`: what passes sooner is not told. */
  afterMs: number;
  languages: readonly Language[];
  /** `null` for none. */
  webhook: { url: Secret; secret: Secret | null } | null;
  email: { smtpUrl: Secret; from: string; to: readonly string[] } | null;
  ntfy: { url: Secret; token: Secret | null } | null;
}

const LANGUAGES: Record<'en' | 'es' | 'both', readonly Language[]> = { en: ['en'], es: ['es'], both: ['en', 'es'] };
const ADDRESS = /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/;

/** Reads whom to notify; `null` for nobody. */
export function readNotifications(read: EnvironmentReader, production: boolean): NotificationSettings | null {
  const settings = {
    afterMs: read.seconds('NOTIFY_AFTER', LONG_AWAY_MS / 1_000) * 1_000,
    languages: LANGUAGES[read.oneOf('NOTIFY_LANGUAGE', ['en', 'es', 'both'], 'en')],
    webhook: readWebhook(read, production),
    email: readEmail(read),
    ntfy: readNtfy(read),
  };
  return settings.webhook || settings.email || settings.ntfy ? settings : null;
}

/** Many services have their secret in the address, so it is shown to nobody. */
function readWebhook(read: EnvironmentReader, production: boolean): NotificationSettings['webhook'] {
  const url = secretUrl(read, 'NOTIFY_URL', ['http:', 'https:']);
  const secret = read.secret('NOTIFY_SECRET');
  try {
    signingKeys(secret);
  } catch (cause) {
    const form = 'whsec_ followed by base64, or a text without that prefix';
    read.refuse('NOTIFY_SECRET', `NOTIFY_SECRET must be ${form}: ${HOW_TO_MAKE}.`, cause);
  }
  if (production) refuseWeak(read, 'NOTIFY_SECRET');
  if (!url) needs(read, 'NOTIFY_SECRET', 'NOTIFY_URL');
  return url && { url, secret };
}

function readEmail(read: EnvironmentReader): NotificationSettings['email'] {
  const smtpUrl = secretUrl(read, 'SMTP_URL', ['smtp:', 'smtps:']);
  const to = read.list('NOTIFY_EMAIL_TO');
  const sender = read.text('NOTIFY_EMAIL_FROM');
  const from = sender ?? to[0];
  if (!to.every((address) => ADDRESS.test(address))) {
    read.refuse('NOTIFY_EMAIL_TO', 'NOTIFY_EMAIL_TO must be e-mail addresses, separated by commas.');
  }
  if (sender !== undefined && !ADDRESS.test(sender)) {
    read.refuse('NOTIFY_EMAIL_FROM', 'NOTIFY_EMAIL_FROM must be an e-mail address.');
  }
  if (!smtpUrl) needs(read, 'NOTIFY_EMAIL_TO', 'SMTP_URL');
  if (to.length === 0) {
    needs(read, 'SMTP_URL', 'NOTIFY_EMAIL_TO');
    needs(read, 'NOTIFY_EMAIL_FROM', 'NOTIFY_EMAIL_TO');
  }
  return smtpUrl && from !== undefined ? { smtpUrl, from, to } : null;
}

function readNtfy(read: EnvironmentReader): NotificationSettings['ntfy'] {
  const url = secretUrl(read, 'NTFY_URL', ['http:', 'https:']);
  const token = read.secret('NTFY_TOKEN');
  if (url && new URL(url.reveal()).pathname === '/') {
    read.refuse('NTFY_URL', 'NTFY_URL must end with a topic: https://ntfy.example.com/my-topic.');
  }
  if (token && !/^[\x21-\x7e]+$/.test(token.reveal())) {
    read.refuse('NTFY_TOKEN', 'NTFY_TOKEN must consist of printable ASCII characters without spaces.');
  }
  if (!url) needs(read, 'NTFY_TOKEN', 'NTFY_URL');
  return url && { url, token };
}

/** A URL that may hold a secret, which is never repeated. */
function secretUrl(read: EnvironmentReader, name: string, schemes: readonly string[]): Secret | null {
  const url = read.secret(name);
  if (!url) return null;
  const text = url.reveal();
  if (URL.canParse(text) && schemes.includes(new URL(text).protocol) && new URL(text).hostname !== '') return url;
  read.refuse(name, `${name} must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}.`);
  return null;
}

function needs(read: EnvironmentReader, name: string, other: string): void {
  if (read.text(name) === undefined || read.isRefused(other)) return;
  read.refuse(name, `${name} is useless without ${other}: set that as well.`);
}
