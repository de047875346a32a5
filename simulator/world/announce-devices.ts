import { randomUUID } from 'node:crypto';

import { node, type Stanza } from '../kit/stanza.ts';
import type { Account } from './account.ts';
import type { Addressing } from './address.ts';
import { deviceHash } from './device-hash.ts';
import type { Endpoint } from './endpoint.ts';
import { keyIndexList } from './key-index-list.ts';

/** A device that was linked (`add`) or unlinked. */
export interface DeviceChange {
  readonly account: Account;
  readonly device: Endpoint;
  readonly what: 'add' | 'remove';
}

/** How notifications are written. */
export interface NoticeStyle {
  readonly addressing: Addressing;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/**
 * Notifies the linked devices of everybody who has asked for the account's devices, with the one that changed, and its own other
 * devices, with all that there are now.
 */
export function announceDevices({ account, device, what }: DeviceChange, { addressing, now }: NoticeStyle): void {
  account.devicesChangedAt = now();
  const t = String(Math.floor(now() / 1000));
  const from = { from: account.jid(addressing), t };
  const endpoints = account.endpoints();
  const signed = keyIndexList(account);
  const changed = node(what, { device_hash: deviceHash(endpoints, addressing) }, [
    named(device, addressing),
    ...signed,
  ]);
  for (const { linked } of account.knownBy)
    for (const each of linked.values()) each.deliver(notification('devices', from, changed));
  const all = endpoints.map((each) => named(each, addressing));
  const own = node('devices', { dhash: deviceHash(endpoints, addressing) }, [...all, ...signed]);
  for (const each of account.linked.values())
    if (each !== device) each.deliver(notification('account_sync', from, own));
}

function notification(type: string, attrs: Record<string, string>, child: Stanza): Stanza {
  return node('notification', { type, id: randomUUID(), ...attrs }, [child]);
}

function named(device: Endpoint, addressing: Addressing): Stanza {
  const jid = device.jid(addressing);
  return node('device', device.device === 0 ? { jid } : { jid, 'key-index': String(device.device) });
}
