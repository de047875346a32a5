import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Secret } from '../kit/secret.ts';

/** The signed content: the three parts of the Standard Webhooks specification. */
export interface SignedContent {
  webhookId: string;
  /** Unix seconds of this attempt. */
  timestamp: number;
  /** The body, byte for byte as it is sent. */
  body: string;
}

/** The headers of the Standard Webhooks specification. */
export type WebhookHeaders = Record<string, string>;

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * The signing keys in `CALLBACK_SECRET`: one or, during a rotation, several, separated by spaces or commas. Each is
 * `whsec_<base64>`, or plain text that is itself the key. As a `KeyObject` it costs a sixth: Node would make one of bytes for each signature.
 * @throws Error when a `whsec_` secret is not base64; the message does not contain it
 */
export function signingKeys(secret: Secret | null): KeyObject[] {
  const texts = secret?.reveal().split(/[\s,]+/) ?? [];
  return texts.filter((text) => text !== '').map((text) => createSecretKey(signingKey(text)));
}

/** `webhook-id`, `webhook-timestamp` and `webhook-signature`, the latter with one signature per key; left out without keys. */
export function webhookHeaders(content: SignedContent, keys: readonly KeyObject[]): WebhookHeaders {
  const { webhookId, timestamp } = content;
  const headers = { 'webhook-id': webhookId, 'webhook-timestamp': String(timestamp) };
  if (keys.length === 0) return headers;
  return { ...headers, 'webhook-signature': keys.map((key) => signature(content, key)).join(' ') };
}

function signingKey(text: string): Buffer {
  if (!text.startsWith(PREFIX)) return Buffer.from(text);
  const encoded = text.slice(PREFIX.length);
  if (!BASE64.test(encoded)) throw new Error('CALLBACK_SECRET: the part after whsec_ must be base64.');
  return Buffer.from(encoded, 'base64');
}

function signature({ webhookId, timestamp, body }: SignedContent, key: KeyObject): string {
  return `v1,${createHmac('sha256', key).update(`${webhookId}.${timestamp}.${body}`).digest('base64')}`;
}
