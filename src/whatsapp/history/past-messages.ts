import { setImmediate as nextTurn } from 'node:timers/promises';
import { proto, type WAMessage, type WASocket } from '@whiskeysockets/baileys';
import type { IncomingMessage } from '../../domain/message.ts';
import { type Person, NOBODY } from '../../domain/person.ts';
import { type Addresses, peopleOf } from '../addressing/people.ts';
import { type LookUps, NO_LOOK_UPS, readIncoming } from '../receive/incoming.ts';
import type { Owner } from '../receive/replay.ts';
import type { FindPeople } from '../receive/sender.ts';
import type { HistoryFacts, PastMessage } from './history-facts.ts';
import { inPieces } from '../../kit/in-pieces.ts';

/** Which messages of a history are read. */
export interface PastPeriod {
  /** Those sent before (Unix ms) are left out. */
  sinceMs: number;
  nowMs: number;
}

/** The messages of a history in our own types, some hundred at once; between two pieces, others get their turn. */
export async function* pastMessages(
  { authState }: Pick<WASocket, 'authState'>,
  { messages }: HistoryFacts,
  { sinceMs, nowMs }: PastPeriod,
): AsyncGenerator<IncomingMessage[]> {
  const { me } = authState.creds;
  if (!me) return;
  const lookUps = { ...NO_LOOK_UPS, people: remembering((all) => peopleOf(authState.keys, all)) };
  for (const piece of inPieces(messages)) {
    const read: IncomingMessage[] = [];
    for (const past of piece) {
      const message = decoded(past, sinceMs);
      // One that makes no sense hides none of the others.
      const found = message && (await readPast({ message, me, nowMs }, lookUps).catch(() => undefined));
      if (found && found.content.type !== 'undecryptable') read.push(found);
    }
    if (read.length > 0) yield read;
    await nextTurn();
  }
}

async function readPast(
  { message, me, nowMs }: { message: WAMessage; me: Owner; nowMs: number },
  lookUps: LookUps,
): Promise<IncomingMessage | undefined> {
  return readIncoming({ message, me, receivedAtMs: nowMs, offline: true }, lookUps);
}

/** The message; `undefined` for one that is too old, has no content, or cannot be decoded. */
function decoded({ chatId, bytes }: PastMessage, sinceMs: number): WAMessage | undefined {
  try {
    const { message: info } = proto.HistorySyncMsg.decode(bytes);
    if (!info?.key?.id || !info.message || Number(info.messageTimestamp ?? 0) * 1000 < sinceMs) return undefined;
    const participant = info.key.participant ?? info.participant;
    const key = { ...info.key, remoteJid: chatId, ...(participant ? { participant } : {}) };
    return Object.assign(info, { key });
  } catch {
    return undefined;
  }
}

/** Looks everybody up once: the messages of a chat are of few people. */
function remembering(find: FindPeople): FindPeople {
  const known = new Map<string, Promise<Person>>();
  const one = async (addresses: Addresses): Promise<Person> => (await find([addresses]))[0] ?? NOBODY;
  return (all) =>
    Promise.all(
      all.map((addresses) => {
        const name = JSON.stringify(addresses);
        const person = known.get(name) ?? one(addresses);
        known.set(name, person);
        return person;
      }),
    );
}
