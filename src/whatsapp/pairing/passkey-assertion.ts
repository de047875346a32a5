import { createHash } from 'node:crypto';
import type { PasskeyAssertion, PasskeyOptions } from '../../domain/passkey.ts';

/** The relying party's hash, the flags, and the counter. */
const DATA_BYTES = { hash: 32, least: 37 };
const PERSON_PRESENT = 1;
const PERSON_VERIFIED = 4;
/** Where a page of WhatsApp Web runs; the relying party of a request that names none. */
const WHATSAPP_WEB = 'web.whatsapp.com';
const MAX_OPTIONS_CHARS = 16_384;

/** Reads the options in a stanza; `undefined` when they are not those of a WebAuthn request. */
export function readPasskeyOptions(content: unknown): PasskeyOptions | undefined {
  const text = content instanceof Uint8Array ? Buffer.from(content).toString() : content;
  if (typeof text !== 'string' || text.length > MAX_OPTIONS_CHARS) return undefined;
  const options = parsed(text);
  return isRecord(options) && isBase64Url(options.challenge) ? (options as PasskeyOptions) : undefined;
}

/**
 * Why an assertion cannot be the answer to these options, as it follows "The assertion …"; `undefined` when it may be. Only
 * WhatsApp knows the passkey, and checks the signature.
 */
export function assertionComplaint(options: PasskeyOptions, assertion: PasskeyAssertion): string | undefined {
  const { id, rawId, response } = assertion;
  const rpId = typeof options.rpId === 'string' ? options.rpId : WHATSAPP_WEB;
  if (id !== rawId) return 'has an "id" that differs from its "rawId"';
  if (!isAllowed(options, rawId)) return 'is by another passkey than those that WhatsApp accepts';
  return clientComplaint(options, rpId, response) ?? dataComplaint(options, rpId, response);
}

function clientComplaint(
  options: PasskeyOptions,
  rpId: string,
  { clientDataJSON }: PasskeyAssertion['response'],
): string | undefined {
  const client = parsed(bytesOf(clientDataJSON).toString());
  if (!isRecord(client) || client.type !== 'webauthn.get')
    return 'has a clientDataJSON that is not of a WebAuthn request';
  if (client.challenge !== options.challenge) return 'answers another challenge';
  const host = hostOf(client.origin);
  if (host !== rpId && !host?.endsWith(`.${rpId}`)) return `was not made on a page of ${WHATSAPP_WEB}`;
  return undefined;
}

function dataComplaint(
  options: PasskeyOptions,
  rpId: string,
  { authenticatorData }: PasskeyAssertion['response'],
): string | undefined {
  const data = bytesOf(authenticatorData);
  if (data.byteLength < DATA_BYTES.least) return 'has an authenticatorData that is too short';
  const hash = createHash('sha256').update(rpId).digest();
  if (!data.subarray(0, DATA_BYTES.hash).equals(hash)) return 'is for another site';
  const needed = options.userVerification === 'required' ? PERSON_PRESENT | PERSON_VERIFIED : PERSON_PRESENT;
  return ((data[DATA_BYTES.hash] ?? 0) & needed) === needed ? undefined : 'was made without verifying a person';
}

/** An empty list allows every passkey of the site. */
function isAllowed({ allowCredentials }: PasskeyOptions, rawId: string): boolean {
  if (!Array.isArray(allowCredentials) || allowCredentials.length === 0) return true;
  return allowCredentials.some((allowed) => isRecord(allowed) && allowed.id === rawId);
}

function hostOf(origin: unknown): string | undefined {
  const url = typeof origin === 'string' ? URL.parse(origin) : null;
  return url?.protocol === 'https:' ? url.hostname : undefined;
}

function isBase64Url(value: unknown): boolean {
  return typeof value === 'string' && /^[\w-]+$/.test(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
