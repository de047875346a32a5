import { proto } from '@whiskeysockets/baileys';

import type { AccountState } from '../app-state/account-state.ts';
import { type CollectionName, isCollectionName } from '../app-state/collection-names.ts';
import type { MissingPatches } from '../app-state/collection.ts';
import { shareSnapshot } from '../app-state/snapshot-file.ts';
import type { Faults } from '../faults/faults.ts';
import { bytesOf, childOf, childrenOf, node, resultOf, type Stanza } from '../kit/stanza.ts';
import type { MediaStore } from '../media/media-store.ts';
import type { Client } from '../transport/client.ts';
import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/** Dependencies of {@link syncAppState}. */
export interface SyncDeps {
  readonly directory: Directory;
  readonly media: MediaStore;
  readonly faults: Faults;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** What a client asks of one collection, and whose it is. */
interface Asked {
  readonly collection: Stanza;
  readonly name: CollectionName;
  readonly account: Account;
  readonly client: Client;
}

/**
 * Answers clients that ask for their account's app state, with a snapshot or with patches, and takes their own patches:
 * the other devices of the account are notified. A patch for an older version than the newest one is a conflict.
 */
export function syncAppState(deps: SyncDeps): Behaviour {
  const answerAll = async (stanza: Stanza, account: Account, client: Client): Promise<boolean> => {
    const answers: Stanza[] = [];
    for (const collection of childrenOf(childOf(stanza, 'sync'))) {
      const { name } = collection.attrs;
      const isKnown = collection.tag === 'collection' && isCollectionName(name);
      answers.push(isKnown ? await answer(deps, { collection, name, account, client }) : refused(name, NOT_FOUND));
    }
    client.send(resultOf(stanza, [node('sync', {}, answers)]));
    return true;
  };
  return {
    name: 'sync app state',
    onStanza(stanza, client) {
      const account = deps.directory.byJid(client.device?.jid('pn'));
      if (!account || !isIq(stanza, { xmlns: 'w:sync:app:state', type: 'set' })) return false;
      return answerAll(stanza, account, client);
    },
  };
}

const NOT_FOUND = { code: '404', text: 'item-not-found' };
const CONFLICT = { code: '409', text: 'conflict' };

async function answer(deps: SyncDeps, asked: Asked): Promise<Stanza> {
  const patch = childOf(asked.collection, 'patch');
  if (patch) return takePatch(deps, asked, bytesOf(patch));
  const { name, account, collection } = asked;
  const { version, return_snapshot: wantsSnapshot } = collection.attrs;
  const state = account.appState.collection(name);
  const isTampered = tampers(deps, account);
  if (wantsSnapshot === 'true' || version === undefined) {
    const snapshot = state.snapshot();
    if (!snapshot) return result(account.appState, name, []);
    const mac = isTampered ? wrong(snapshot.mac) : (snapshot.mac ?? null);
    const file = await shareSnapshot(deps.media, account.number, { ...snapshot, mac });
    return result(account.appState, name, [node('snapshot', {}, file)], isEndless(deps, account));
  }
  const missing = state.after(Number(version));
  return result(account.appState, name, patchesOf(missing, isTampered), missing.hasMore || isEndless(deps, account));
}

function takePatch(deps: SyncDeps, { collection, name, account, client }: Asked, bytes: Uint8Array): Stanza {
  const state = account.appState.collection(name);
  const version = Number(collection.attrs.version ?? 0);
  if (version !== state.version) {
    const missing = state.after(version);
    return refused(name, CONFLICT, { patches: patchesOf(missing, tampers(deps, account)), hasMore: missing.hasMore });
  }
  state.append(proto.SyncdPatch.decode(bytes));
  const others = [...account.linked.values()].filter((device) => device !== client.device);
  account.appState.changed(name);
  account.appState.announce(name, others, Math.floor(deps.now() / 1000));
  return result(account.appState, name, []);
}

function tampers({ faults }: SyncDeps, { number }: Account): boolean {
  return faults.take('app-state-bad-mac', number) !== undefined;
}

function isEndless({ faults }: SyncDeps, { number }: Account): boolean {
  return faults.take('app-state-endless', number) !== undefined;
}

function result(appState: AccountState, name: CollectionName, content: Stanza[], hasMore = false): Stanza {
  const version = String(appState.collection(name).version);
  return node('collection', { name, version, type: 'result', ...(hasMore && { has_more_patches: 'true' }) }, content);
}

function refused(
  name: string | undefined,
  error: Record<string, string>,
  { patches = [], hasMore = false }: { patches?: Stanza[]; hasMore?: boolean } = {},
): Stanza {
  const attrs = { name: name ?? '', type: 'error', ...(hasMore && { has_more_patches: 'true' }) };
  return node('collection', attrs, [node('error', error), ...patches]);
}

function patchesOf({ patches }: MissingPatches, isTampered: boolean): Stanza[] {
  if (patches.length === 0) return [];
  const sent = isTampered ? patches.map((patch) => ({ ...patch, patchMac: wrong(patch.patchMac) })) : patches;
  const nodes = sent.map((patch) => node('patch', {}, proto.SyncdPatch.encode(patch).finish()));
  return [node('patches', {}, nodes)];
}

/** The MAC with one wrong bit. */
function wrong(mac: Uint8Array | null | undefined): Buffer {
  const copy = Buffer.from(mac ?? [0]);
  copy.writeUInt8(copy.readUInt8(0) ^ 1, 0);
  return copy;
}
