import {
  type AuthenticationCreds,
  type BinaryNode,
  generateSignalPubKey,
  getBinaryNodeChild,
  proto,
  WA_ADV_ACCOUNT_SIG_PREFIX,
  WA_ADV_HOSTED_ACCOUNT_SIG_PREFIX,
  type WASocket,
} from '@whiskeysockets/baileys';
import { verifySignature } from 'libsignal/src/curve.js';
import { takeOwnListeners } from '../baileys/own-listeners.ts';
import { isPaired } from '../signal/auth-state.ts';
import { withSpareRefs } from './spare-refs.ts';

const PAIR_SUCCESS = 'CB:iq,,pair-success';
const PAIR_DEVICE = 'CB:iq,type:set,pair-device';

/**
 * Refuses a pairing whose account signature is not that of the phone's key. Baileys 7.0.0-rc14 calls the verification
 * but ignores its result, so a man in the middle could link us to an account of their own; it is checked here, before
 * Baileys sees the stanza. `refuse` is called instead of Baileys' own handling.
 */
export function checkPairing(socket: WASocket, refuse: (error: Error) => void): void {
  const { ws, authState } = socket;
  const handlers = takeOwnListeners<BinaryNode>(socket, PAIR_SUCCESS);
  ws.on(PAIR_SUCCESS, (stanza: BinaryNode) => {
    if (isPaired(authState.creds)) return;
    if (!isSignedByAccount(stanza, authState.creds)) {
      refuse(new Error('Invalid account signature'));
      return;
    }
    for (const handle of handlers) handle(stanza);
  });
}

/**
 * Prolongs an offer to be linked for as long as a passkey may take ({@link withSpareRefs}), and has a linked device ignore it: Baileys would show a QR, for which a session that is logged in has no use,
 * and would even forget its account if somebody scanned it.
 */
export function takeOffers(socket: WASocket): void {
  const handlers = takeOwnListeners<BinaryNode>(socket, PAIR_DEVICE);
  socket.ws.on(PAIR_DEVICE, (stanza: BinaryNode) => {
    if (isPaired(socket.authState.creds)) return;
    for (const handle of handlers) handle(withSpareRefs(stanza));
  });
}

/** Whether the phone's key signed our identity into its account; `false` for a stanza that cannot be read. */
function isSignedByAccount(stanza: BinaryNode, creds: Pick<AuthenticationCreds, 'signedIdentityKey'>): boolean {
  try {
    const { accountSignatureKey, accountSignature, details } = accountOf(stanza);
    if (!accountSignatureKey || !accountSignature || !details) return false;
    const message = Buffer.concat([prefixOf(details), details, creds.signedIdentityKey.public]);
    return verifySignature(generateSignalPubKey(accountSignatureKey), message, accountSignature);
  } catch {
    return false;
  }
}

function accountOf(stanza: BinaryNode): proto.IADVSignedDeviceIdentity {
  const identity = getBinaryNodeChild(getBinaryNodeChild(stanza, 'pair-success'), 'device-identity');
  const sealed = proto.ADVSignedDeviceIdentityHMAC.decode(identity?.content as Uint8Array);
  return proto.ADVSignedDeviceIdentity.decode(sealed.details ?? new Uint8Array());
}

/**
 * The prefix says what is signed, so that no signature can be used in place of another (Baileys,
 * `configureSuccessfulPairing`).
 */
function prefixOf(details: Uint8Array): Buffer {
  const { deviceType } = proto.ADVDeviceIdentity.decode(details);
  const hosted = deviceType === proto.ADVEncryptionType.HOSTED;
  return hosted ? WA_ADV_HOSTED_ACCOUNT_SIG_PREFIX : WA_ADV_ACCOUNT_SIG_PREFIX;
}
