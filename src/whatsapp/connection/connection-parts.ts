import type { ConnectionEvent } from '../../ports/connection.ts';
import { watchDevices } from '../addressing/device-changes.ts';
import { watchMigration } from '../addressing/migration.ts';
import { watchMovedPeople } from '../addressing/moved-people.ts';
import { History } from '../history/history.ts';
import { UploadHosts } from '../media/upload-hosts.ts';
import { upload, uploadPlain } from '../media/upload.ts';
import { CodeOffer } from '../pairing/pairing-code.ts';
import { PasskeyPairing, type PasskeyPairingDeps } from '../pairing/passkey-pairing.ts';
import { AccountStanding } from '../send/account-standing.ts';
import type { Acks } from '../send/acks.ts';
import { OwnTokens } from '../send/own-tokens.ts';
import { Restriction } from '../send/restriction.ts';
import { SecondAddress } from '../send/second-address.ts';
import type { SendDeps } from '../send/send.ts';
import type { ConnectionDeps, OpenConnection } from './connection-deps.ts';
import type { OpenSocket } from './open-socket.ts';

/** What the parts of a connection need of it. */
export interface PartsDeps {
  deps: ConnectionDeps;
  acks: Acks;
  /** Emits an event in its turn. */
  emit: (event: ConnectionEvent) => void;
  /** The same, unless the connection has ended. */
  emitUnlessEnded: (event: ConnectionEvent) => void;
  endWith: (error: Error) => void;
  ask: PasskeyPairingDeps['ask'];
  groupMetadata: SendDeps['groupMetadata'];
  withinConnection: SendDeps['withinConnection'];
}

/** Creates the parts with which a socket pairs a device. */
export function pairingParts(
  { socket }: OpenSocket,
  { deps, emitUnlessEnded, endWith: ended, ask }: PartsDeps,
): Pick<OpenConnection, 'codeOffer' | 'passkey'> {
  const { codeFor: number, clock, log } = deps;
  const shown = (code: Parameters<CodeOfferDeps['shown']>[0]) => emitUnlessEnded({ kind: 'pairing-code', code });
  return {
    codeOffer: number === undefined ? undefined : new CodeOffer({ socket, number, clock, shown, ended }),
    passkey: new PasskeyPairing({
      ...{ socket, clock, ask, ended },
      stepped: (passkey) => emitUnlessEnded({ kind: 'passkey', passkey }),
      failed: (error) => log.warn({ err: error }, 'WhatsApp could not be answered'),
    }),
  };
}

type CodeOfferDeps = ConstructorParameters<typeof CodeOffer>[0];

/** Creates the parts that follow what WhatsApp says of the account. */
export function accountParts(
  { socket, route }: OpenSocket,
  { deps, emitUnlessEnded }: PartsDeps,
): Pick<OpenConnection, 'restriction' | 'standing' | 'history'> {
  const { clock, log, standingQuestions: questions, histories, keepsSince, logins } = deps;
  return {
    restriction: new Restriction(socket, clock, (untilMs) => emitUnlessEnded({ kind: 'restricted', untilMs })),
    standing: new AccountStanding({
      ...{ socket, questions, clock },
      loginsOver: () => logins.over(clock),
      emit: (cap) => emitUnlessEnded({ kind: 'new-chat-cap', cap }),
    }),
    history: new History(socket, {
      ...{ ...histories, keepsSince, clock, log, agent: route.agent },
      past: (messages) => emitUnlessEnded({ kind: 'past', messages }),
      named: (names) => emitUnlessEnded({ kind: 'names', names }),
    }),
  };
}

/** Creates the parts with which a socket sends, and has them follow where people are. */
export function createSending(
  { socket, route }: OpenSocket,
  { deps, acks, emit, groupMetadata, withinConnection }: PartsDeps,
  restriction: Restriction,
): Pick<OpenConnection, 'sending' | 'secondAddress'> {
  const { lookup, addresses, knownMessages, timerOf, clock, uploads, serverProps, log } = deps;
  const uploading = { ...uploads, hosts: new UploadHosts(socket, clock), clock, agent: route.agent };
  const sends: Omit<SendDeps, 'secondAddress'> = {
    ...{ socket, acks, lookup, addresses, knownMessages, timerOf, clock, groupMetadata, withinConnection },
    tokens: new OwnTokens(socket, () => serverProps.terms),
    upload: (path, kind) => upload(path, kind, uploading),
    uploadPlain: (path, kind) => uploadPlain(path, kind, uploading),
    undelivered: (update) => emit({ kind: 'delivery', update }),
  };
  const failed = (error: unknown) => log.warn({ err: error }, 'an address could not be looked up');
  const secondAddress = new SecondAddress({ ...deps, ...sends, restriction, failed });
  watchMigration(socket);
  watchMovedPeople(socket, { moved: (jid) => secondAddress.moved(jid), failed });
  watchDevices(socket, (jid) => secondAddress.devicesChanged(jid));
  return { sending: { ...sends, secondAddress }, secondAddress };
}
