import {
  areJidsSameUser,
  type BinaryNode,
  getBinaryNodeChild,
  jidDecode,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { TokenBucket } from '../../kit/token-bucket.ts';
import type { ConnectionEvent } from '../../ports/connection.ts';
import { peopleOf } from '../addressing/people.ts';
import type { ClientVersion } from './client-version.ts';
import { declareClean } from './dirty.ts';
import type { OpenSocket } from './open-socket.ts';

/** Dependencies of {@link takeServerNotices}. */
export interface ServerNoticesDeps {
  clientVersion: Pick<ClientVersion, 'expires'>;
  /** How many more contacts that registered anew are reported. */
  identityNotes: TokenBucket;
  emit: (event: ConnectionEvent) => void;
  /** Something of it could not be handled; the connection goes on. */
  failed: (error: unknown) => void;
}

const SERVER = '@s.whatsapp.net';
const TAKEOVER =
  'Somebody tries to register this account on another phone. Unless it is the owner, protect it with a PIN: WhatsApp settings on the phone, two-step verification.';

/** Handles what WhatsApp's server says of itself and of contacts, and Baileys leaves without an answer or a word. */
export function takeServerNotices(
  { socket, version }: Pick<OpenSocket, 'socket' | 'version'>,
  deps: ServerNoticesDeps,
) {
  const { clientVersion, identityNotes, emit, failed } = deps;
  answerPings(socket, failed);
  declareClean(socket, failed);
  warnOfTakeover(socket, (why) => emit({ kind: 'note', why }));
  socket.ws.on('CB:ib,,client_expiration', (node: BinaryNode) => {
    const { t } = getBinaryNodeChild(node, 'client_expiration')?.attrs ?? {};
    const why = clientVersion.expires(version, Number(t) * 1000);
    if (why !== undefined) emit({ kind: 'note', why });
  });
  socket.ws.on('CB:notification,type:encrypt,identity', ({ attrs: { from = '' } }: BinaryNode) => {
    if (!isContact(socket, from) || !identityNotes.take()) return;
    peopleOf(socket.authState.keys, [[from]]).then(([who]) => {
      if (who?.number ?? who?.lid) emit({ kind: 'identity-changed', who });
    }, failed);
  });
}

/** Besides answering the client's own pings (`w:p`), the server sends some, which Baileys 7.0.0-rc14 does not answer. */
function answerPings(socket: WASocket, failed: (error: unknown) => void): void {
  socket.ws.on('CB:iq,xmlns:urn:xmpp:ping', ({ attrs: { id, type } }: BinaryNode) => {
    if (type !== 'get') return;
    socket
      .sendNode({ tag: 'iq', attrs: { type: 'result', to: SERVER, ...(id !== undefined && { id }) } })
      .catch(failed);
  });
}

/** WhatsApp says so with each attempt; once for a connection is enough. */
function warnOfTakeover(socket: WASocket, warn: (why: string) => void): void {
  socket.ws.once('CB:notification,type:registration,device_logout', () => warn(TAKEOVER));
}

/** Whether it is the phone of somebody else: a linked device with other keys is just another one. */
function isContact({ authState: { creds } }: WASocket, jid: string): boolean {
  const { device = 0 } = jidDecode(jid) ?? { device: -1 };
  return device === 0 && ![creds.me?.id, creds.me?.lid].some((own) => areJidsSameUser(own, jid));
}
