import { isLidUser, isPnUser, type SignalKeyStore, type SignalRepositoryWithLIDStore } from '@whiskeysockets/baileys';
import { verifySignature } from 'libsignal/src/curve.js';
import type { RetryRequests } from './retry-requests.ts';
import { openSession } from './session-states.ts';

/** A device and the keys with which a Signal session with it can start. */
export type SessionStart = Parameters<SignalRepositoryWithLIDStore['injectE2ESession']>[0];

/** What decides whether a session starts. */
export interface SessionStartDeps {
  stock: SignalRepositoryWithLIDStore;
  keys: Pick<SignalKeyStore, 'get'>;
  retries: RetryRequests;
}

/**
 * Whether the open session with the device stays. Whenever Baileys asks for somebody's devices, after each start above all, it
 * begins new sessions with them, although nothing is wrong with the old ones. A device that could not read us has asked for a
 * new session; one with another identity, or installed anew, needs one.
 */
export async function keepsSession({ jid, session }: SessionStart, deps: SessionStartDeps): Promise<boolean> {
  const { stock, keys, retries } = deps;
  const { lid, pn } = await namesOf(jid, stock);
  if (retries.take([lid, pn])) return false;
  const address = stock.jidToSignalProtocolAddress(lid);
  const { [address]: record } = await keys.get('session', [address]);
  const open = openSession(record);
  return (
    open?.registrationId === session.registrationId &&
    open.indexInfo.remoteIdentityKey === Buffer.from(session.identityKey).toString('base64')
  );
}

/** Whether the device signed the key with its identity. libsignal calls its check so that it always succeeds. */
export function isSigned({ session: { identityKey, signedPreKey } }: SessionStart): boolean {
  try {
    return verifySignature(Buffer.from(identityKey), Buffer.from(signedPreKey.publicKey), signedPreKey.signature);
  } catch {
    return false;
  }
}

/** The device's JIDs; both are the same where the other one is unknown. */
async function namesOf(
  jid: string,
  { lidMapping }: SignalRepositoryWithLIDStore,
): Promise<{ lid: string; pn: string }> {
  if (isPnUser(jid)) return { lid: (await lidMapping.getLIDForPN(jid)) ?? jid, pn: jid };
  if (isLidUser(jid)) return { lid: jid, pn: (await lidMapping.getPNForLID(jid)) ?? jid };
  return { lid: jid, pn: jid };
}
