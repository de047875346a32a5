import { randomUUID } from 'node:crypto';

import type { Stanza } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import type { Owner } from '../world/endpoint.ts';
import type { LinkedDevice } from '../world/linked-device.ts';
import { NOTICES, type NoticeName } from './notice-table.ts';

/** What has an id, is stored until it is acknowledged, and delivered again. */
const KEPT = new Set(['message', 'receipt', 'notification', 'call']);

/** Somebody for notices of accounts that know nobody. */
const STRANGER: Owner = {
  number: '12025550123',
  lid: '199999999999999',
  name: 'Somebody',
  jid: (addressing) => (addressing === 'lid' ? '199999999999999@lid' : '12025550123@s.whatsapp.net'),
};

/**
 * Sends a notice to the linked devices of an account. It is about the account with the number `from`, or about any other
 * one. Throws a RangeError when there is no such account.
 */
export function sendNotice(
  { directory, now }: { readonly directory: Directory; readonly now: () => number },
  { name, number, from }: { name: NoticeName; number: string; from?: string | undefined },
): void {
  const to = accountOf(directory, number);
  const other = from === undefined ? anotherThan(directory, to) : accountOf(directory, from);
  const t = Math.floor(now() / 1000);
  for (const device of to.linked.values()) {
    for (const stanza of NOTICES[name].make({ to, other, t })) pass(stanza, device, t);
  }
}

function pass(stanza: Stanza, device: LinkedDevice, t: number): void {
  if (KEPT.has(stanza.tag)) device.deliver({ ...stanza, attrs: { id: randomUUID(), t: String(t), ...stanza.attrs } });
  else device.connection?.send(stanza);
}

function accountOf(directory: Directory, number: string): Account {
  const account = directory.byNumber(number);
  if (!account) throw new RangeError(`There is no account with the number ${number}.`);
  return account;
}

function anotherThan(directory: Directory, account: Account): Owner {
  return directory.accounts().find((other) => other !== account) ?? STRANGER;
}
