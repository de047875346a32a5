import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SignalDataTypeMap, WASocket } from '@whiskeysockets/baileys';
import { inPieces } from '../../kit/in-pieces.ts';
import { numberOf } from '../addressing/jid.ts';
import type { HistoryFacts, LidMapping, PrivacyToken } from './history-facts.ts';

/** Under this id, Baileys stores the names of all chats that have a token (`tc-token-utils.js`). */
const TOKEN_INDEX = '__index';

/** The parts of a socket that facts are stored with. */
export type FactKeeper = Pick<WASocket, 'authState' | 'signalRepository'>;

/** Stores the numbers of LIDs and the privacy tokens of a history as Baileys does. Stops early once `signal` is aborted. */
export async function keepFacts(socket: FactKeeper, facts: HistoryFacts, signal: AbortSignal): Promise<void> {
  for (const piece of inPieces(facts.mappings)) {
    if (signal.aborted) return;
    await keepMappings(socket, piece);
    await nextTurn();
  }
  for (const piece of inPieces(facts.tokens)) {
    if (signal.aborted) return;
    await keepTokens(socket, piece);
    await nextTurn();
  }
}

/**
 * New mappings are written past Baileys, whose cache keeps each of them in memory for three days, with two timers. It must learn of
 * those that changed.
 */
async function keepMappings({ authState, signalRepository }: FactKeeper, mappings: LidMapping[]): Promise<void> {
  const pairs = mappings.map(({ lid, pn }) => ({ lid, pn, lidUser: userOf(lid), number: numberOf(pn) ?? '' }));
  const stored = await authState.keys.get(
    'lid-mapping',
    pairs.map(({ number }) => number),
  );
  const changed = pairs.filter(({ number, lidUser }) => (stored[number] ?? lidUser) !== lidUser);
  const added = pairs.filter(({ number }) => stored[number] === undefined);
  const entries = added.flatMap(({ number, lidUser }) => [
    [number, lidUser] as const,
    [`${lidUser}_reverse`, number] as const,
  ]);
  if (entries.length > 0) await authState.keys.set({ 'lid-mapping': Object.fromEntries(entries) });
  await signalRepository.lidMapping.storeLIDPNMappings(changed);
}

/** A token is stored under the LID of its chat, unless a newer one is there. */
async function keepTokens({ authState, signalRepository }: FactKeeper, tokens: PrivacyToken[]): Promise<void> {
  const { keys } = authState;
  const named = new Map<string, PrivacyToken>();
  for (const token of tokens) {
    const { jid } = token;
    named.set(jid.endsWith('@lid') ? jid : ((await signalRepository.lidMapping.getLIDForPN(jid)) ?? jid), token);
  }
  const stored = await keys.get('tctoken', [...named.keys(), TOKEN_INDEX]);
  const entries: Record<string, SignalDataTypeMap['tctoken']> = {};
  for (const [jid, { token, timestamp, senderTimestamp }] of named) {
    const known = stored[jid];
    if (Number(known?.timestamp ?? 0) >= timestamp) continue;
    const sent = senderTimestamp === undefined ? {} : { senderTimestamp };
    entries[jid] = { ...known, token, timestamp: String(timestamp), ...sent };
  }
  const added = Object.keys(entries);
  if (added.length === 0) return;
  const index = [...new Set([...indexed(stored[TOKEN_INDEX]), ...added])];
  await keys.set({ tctoken: { ...entries, [TOKEN_INDEX]: { token: Buffer.from(JSON.stringify(index)) } } });
}

function indexed(entry: SignalDataTypeMap['tctoken'] | undefined): unknown[] {
  try {
    const names: unknown = JSON.parse(Buffer.from(entry?.token ?? []).toString());
    return Array.isArray(names) ? names : [];
  } catch {
    return [];
  }
}

function userOf(jid: string): string {
  return jid.slice(0, jid.indexOf('@'));
}
