import { randomUUID } from 'node:crypto';

import { node, SERVER } from '../kit/stanza.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import { COLLECTION_NAMES, type CollectionName } from './collection-names.ts';
import { Collection } from './collection.ts';

/** The app state of one account on the server. */
export class AccountState {
  readonly #collections = new Map(COLLECTION_NAMES.map((name) => [name, new Collection()]));

  readonly #watchers: ((name: CollectionName) => void)[] = [];

  /** The collection with this name. */
  collection(name: CollectionName): Collection {
    const found = this.#collections.get(name);
    if (!found) throw new Error(`There is no collection ${name}.`);
    return found;
  }

  /** Calls `watcher` with the collection that a client has changed. */
  watch(watcher: (name: CollectionName) => void): void {
    this.#watchers.push(watcher);
  }

  /** A client changed a collection. */
  changed(name: CollectionName): void {
    for (const watcher of this.#watchers) watcher(name);
  }

  /** Notifies these devices of the newest version of a collection; `seconds` is the time of the notification. */
  announce(name: CollectionName, devices: Iterable<LinkedDevice>, seconds: number): void {
    const collection = node('collection', { name, version: String(this.collection(name).version) });
    for (const device of devices) {
      const attrs = { type: 'server_sync', id: randomUUID(), from: SERVER, t: String(seconds) };
      device.deliver(node('notification', attrs, [collection]));
    }
  }
}
