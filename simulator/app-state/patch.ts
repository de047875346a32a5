import type { proto } from '@whiskeysockets/baileys';

import { bigEndian } from '../kit/stanza.ts';
import type { CollectionName } from './collection-names.ts';
import type { Collection } from './collection.ts';
import { valueMacOf } from './mutation.ts';
import { macOf, mutationKeys, type SyncKey } from './sync-key.ts';

/** The patch that makes these mutations, each of another setting, the next version of a collection. */
export function makePatch(
  { name, collection }: { name: CollectionName; collection: Collection },
  mutations: proto.ISyncdMutation[],
  key: SyncKey,
): proto.ISyncdPatch {
  const at = { name, version: collection.version + 1 };
  const snapshotMac = snapshotMacOf(collection.hashAfter(mutations), at, key);
  const patch = { mutations, snapshotMac, keyId: { id: key.id }, deviceIndex: 0 };
  return { ...patch, patchMac: patchMacOf(patch, at, key) };
}

/** Throws an Error when a MAC of the collection's newest patch is wrong. */
export function checkLatest({ name, collection }: { name: CollectionName; collection: Collection }, key: SyncKey) {
  const { latest, version, hash } = collection;
  if (!latest) return;
  const at = { name, version };
  if (!snapshotMacOf(hash, at, key).equals(latest.snapshotMac ?? Buffer.alloc(0))) {
    throw new Error(`The snapshot MAC of ${name} is wrong at version ${version}.`);
  }
  if (!patchMacOf(latest, at, key).equals(latest.patchMac ?? Buffer.alloc(0))) {
    throw new Error(`The patch MAC of ${name} is wrong at version ${version}.`);
  }
}

/** A version of a collection. */
interface At {
  readonly name: CollectionName;
  readonly version: number;
}

function snapshotMacOf(hash: Uint8Array, at: At, key: SyncKey): Buffer {
  return macOf(mutationKeys(key).snapshotMac, hash, ...bytesOfVersion(at));
}

function patchMacOf({ snapshotMac, mutations }: proto.ISyncdPatch, at: At, key: SyncKey): Buffer {
  const values = (mutations ?? []).map(({ record }) => valueMacOf(record ?? {}));
  return macOf(mutationKeys(key).patchMac, snapshotMac ?? Buffer.alloc(0), ...values, ...bytesOfVersion(at));
}

function bytesOfVersion({ name, version }: At): Buffer[] {
  return [Buffer.alloc(4), bigEndian(version, 4), Buffer.from(name)];
}
