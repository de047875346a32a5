import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { type AuthenticationCreds, initAuthCreds, type KeyPair, proto } from '@whiskeysockets/baileys';
import type { AccountIdentity } from '../../domain/session.ts';
import { ID_ALPHABET } from '../../kit/random.ts';
import { UnusableSessionError } from '../../ports/foreign-store.ts';
import { identityOf } from '../addressing/jid.ts';
import { encode } from '../signal/key-codec.ts';
import { isBytes, isObject, parseForeign } from './foreign-json.ts';

/** Credentials of another program, of which everything that a login needs is there and fits together. */
export interface CheckedCredentials {
  identity: AccountIdentity;
  /** In the form in which they are stored here. */
  credentials: string;
  /** Nine characters of a-z and 0-9 that no other linked device has. */
  fingerprint: string;
  /** When the phone linked the device, in Unix ms; `undefined` when that is not in them. */
  linkedAtMs: number | undefined;
}

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const MAX_TEXT = 1_000;
const MAX_LIST = 1_000;
/** The id of a linked device. */
const USER_ID = /^\d{5,20}(:\d{1,5})?@s\.whatsapp\.net$/;
const LID = /^\d{1,30}(:\d{1,5})?@lid$/;

/**
 * Checks credentials in Baileys' JSON. Only what Baileys knows is taken over.
 * @throws UnusableSessionError
 */
export function checkCredentials(text: string): CheckedCredentials {
  const found = parsed(text);
  const account = accountOf(found);
  const me = ownerOf(found.me);
  const identity = identityOf(me.id);
  if (!identity) throw damaged('"me"');
  const keys = keysOf(found);
  const creds: AuthenticationCreds = { ...initAuthCreds(), ...progressOf(found), ...keys, me, account };
  return {
    identity,
    credentials: encode(creds),
    fingerprint: fingerprintOf(identity, keys.signedIdentityKey),
    linkedAtMs: linkedAt(account),
  };
}

function parsed(text: string): Record<string, unknown> {
  let found: unknown;
  try {
    found = parseForeign(text);
  } catch (cause) {
    throw new UnusableSessionError('its credentials are damaged: they are not valid JSON', { cause });
  }
  if (!isObject(found)) throw new UnusableSessionError('its credentials are damaged: they are no object');
  if (found.noiseKey === undefined && found.signedIdentityKey === undefined) throw otherFormat(found);
  return found;
}

/** Credentials of other libraries. */
function otherFormat(found: Record<string, unknown>): UnusableSessionError {
  if ('encKey' in found || 'WASecretBundle' in found || 'clientID' in found) {
    return new UnusableSessionError('its credentials are of WhatsApp Web before multi-device: link it again');
  }
  return damaged('"noiseKey"');
}

function damaged(what: string): UnusableSessionError {
  return new UnusableSessionError(`its credentials are damaged: ${what} is missing or wrong`);
}

/** After a QR `registered` stays false: what the phone has signed shows that a device is linked. */
function accountOf({ account }: Record<string, unknown>): proto.IADVSignedDeviceIdentity {
  if ((account ?? null) === null) throw new UnusableSessionError('it is not linked');
  if (!isObject(account)) throw damaged('"account"');
  const [details, signature] = [bytesOf(account.details), bytesOf(account.accountSignature)];
  const [key, device] = [bytesOf(account.accountSignatureKey), bytesOf(account.deviceSignature)];
  const isSigned = isBytes(signature, SIGNATURE_BYTES) && isBytes(device, SIGNATURE_BYTES);
  if (!isSigned || !details?.length || !isKeyOrNone(key)) throw damaged('"account"');
  return { details, accountSignature: signature, accountSignatureKey: key ?? null, deviceSignature: device };
}

/** The phone's key is not always kept. */
function isKeyOrNone(key: Uint8Array | undefined): boolean {
  return key === undefined || isBytes(key, 0, KEY_BYTES);
}

/** Protobuf's own JSON has bytes as base64. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string' && value.length <= MAX_TEXT) return Buffer.from(value, 'base64');
  return isBytes(value) && value.length <= MAX_TEXT ? value : undefined;
}

function ownerOf(me: unknown): NonNullable<AuthenticationCreds['me']> {
  if (!isObject(me)) throw new UnusableSessionError('it is not linked');
  const { id, lid, name } = me;
  if (typeof id !== 'string' || !USER_ID.test(id)) throw damaged('"me"');
  if (lid !== undefined && lid !== null && (typeof lid !== 'string' || !LID.test(lid))) throw damaged('"me"');
  return { id, ...(typeof lid === 'string' && { lid }), ...(isText(name) && { name }) };
}

/** The device's own keys. */
function keysOf(found: Record<string, unknown>) {
  const { registrationId, advSecretKey, signedPreKey } = found;
  if (!isCount(registrationId)) throw damaged('"registrationId"');
  if (typeof advSecretKey !== 'string' || Buffer.from(advSecretKey, 'base64').length !== KEY_BYTES) {
    throw damaged('"advSecretKey"');
  }
  if (!isObject(signedPreKey) || !isBytes(signedPreKey.signature, SIGNATURE_BYTES) || !isCount(signedPreKey.keyId)) {
    throw damaged('"signedPreKey"');
  }
  const { signature, keyId } = signedPreKey;
  return {
    noiseKey: keyPair(found.noiseKey, '"noiseKey"'),
    signedIdentityKey: keyPair(found.signedIdentityKey, '"signedIdentityKey"'),
    signedPreKey: { keyPair: keyPair(signedPreKey.keyPair, '"signedPreKey"'), signature, keyId },
    registrationId,
    advSecretKey,
  };
}

/** Where a private key of Curve25519 stands in its standard form, after these bytes. */
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');

function keyPair(pair: unknown, what: string): KeyPair {
  if (!isObject(pair) || !isBytes(pair.private, KEY_BYTES) || !isBytes(pair.public, KEY_BYTES)) throw damaged(what);
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8, pair.private]), format: 'der', type: 'pkcs8' });
  const shown = createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES);
  if (!shown.equals(pair.public)) throw new UnusableSessionError(`its credentials are damaged: ${what} does not fit`);
  return { private: pair.private, public: pair.public };
}

/** How far the device is. What is missing or wrong begins anew; only the numbers of pre-keys must be right. */
function progressOf(found: Record<string, unknown>): Partial<AuthenticationCreds> {
  const { nextPreKeyId, firstUnuploadedPreKeyId, accountSyncCounter, lastAccountSyncTimestamp } = found;
  if (!isCount(nextPreKeyId) || !isCount(firstUnuploadedPreKeyId)) throw damaged('"nextPreKeyId"');
  const { myAppStateKeyId, platform, lastPropHash, routingInfo, registered } = found;
  return {
    ...{ nextPreKeyId, firstUnuploadedPreKeyId, registered: registered === true },
    ...(isCount(accountSyncCounter) && { accountSyncCounter }),
    ...(isCount(lastAccountSyncTimestamp) && { lastAccountSyncTimestamp }),
    ...(isText(myAppStateKeyId) && { myAppStateKeyId }),
    ...(isText(platform) && { platform }),
    ...(isText(lastPropHash) && { lastPropHash }),
    ...(isBytes(routingInfo) && routingInfo.length <= MAX_TEXT && { routingInfo: Buffer.from(routingInfo) }),
    ...listsOf(found),
    ...settingsOf(found),
  };
}

function listsOf({
  signalIdentities,
  processedHistoryMessages,
}: Record<string, unknown>): Partial<AuthenticationCreds> {
  const identities = Array.isArray(signalIdentities) ? signalIdentities.slice(0, MAX_LIST).filter(isIdentity) : [];
  const processed = Array.isArray(processedHistoryMessages) ? processedHistoryMessages.filter(isProcessed) : [];
  return { signalIdentities: identities, processedHistoryMessages: processed.slice(-MAX_LIST) };
}

type Identity = NonNullable<AuthenticationCreds['signalIdentities']>[number];

function isIdentity(value: unknown): value is Identity {
  return (
    isObject(value) &&
    isBytes(value.identifierKey, KEY_BYTES, KEY_BYTES + 1) &&
    isObject(value.identifier) &&
    isText(value.identifier.name) &&
    isCount(value.identifier.deviceId)
  );
}

function isProcessed(value: unknown): value is AuthenticationCreds['processedHistoryMessages'][number] {
  return isObject(value) && isObject(value.key) && isText(value.key.id);
}

function settingsOf({ accountSettings }: Record<string, unknown>): Partial<AuthenticationCreds> {
  if (!isObject(accountSettings)) return {};
  return { accountSettings: { unarchiveChats: accountSettings.unarchiveChats === true } };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}

function fingerprintOf({ whatsappUserId }: AccountIdentity, { public: key }: KeyPair): string {
  const hash = createHash('sha256').update(key).update(whatsappUserId).digest();
  return [...hash.subarray(0, 9)].map((byte) => ID_ALPHABET.charAt(byte % ID_ALPHABET.length)).join('');
}

function linkedAt({ details }: proto.IADVSignedDeviceIdentity): number | undefined {
  try {
    const seconds = Number(proto.ADVDeviceIdentity.decode(details ?? new Uint8Array()).timestamp);
    return Number.isSafeInteger(seconds) && seconds > 0 && seconds < 1e11 ? seconds * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
