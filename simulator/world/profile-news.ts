import { randomUUID } from 'node:crypto';

import { node, type Stanza } from '../kit/stanza.ts';
import type { Account } from './account.ts';
import type { Addressing } from './address.ts';
import type { Directory } from './directory.ts';
import type { Picture } from './picture.ts';

/** Where changes of profiles are made and announced. */
export interface ProfileWorld {
  readonly directory: Directory;
  readonly addressing: Addressing;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/**
 * Announces a change of somebody's profile to the linked devices of everybody else; the real server tells only those who know the
 * account.
 */
export function announceProfile(world: ProfileWorld, account: Account, type: string, change: Stanza): void {
  const attrs = { id: randomUUID(), type, from: account.jid(world.addressing), t: secondsOf(world) };
  for (const device of world.directory.linkedDevices()) {
    if (device.owner !== account) device.deliver(node('notification', { ...attrs, notify: account.name }, [change]));
  }
}

/** Changes the text about somebody; an empty one removes it. */
export function changeAbout(world: ProfileWorld, account: Account, text: string): void {
  account.about = text === '' ? undefined : { text, t: Number(secondsOf(world)) };
  announceProfile(world, account, 'status', node('set', {}, Buffer.from(text)));
}

/** Changes somebody's picture; undefined removes it. */
export function changePicture(world: ProfileWorld, account: Account, picture: Picture | undefined): void {
  account.picture = picture;
  const who = { jid: account.jid('lid'), author: account.jid('lid') };
  announceProfile(
    world,
    account,
    'picture',
    picture ? node('set', { ...who, id: secondsOf(world) }) : node('delete', who),
  );
}

function secondsOf({ now }: ProfileWorld): string {
  return String(Math.floor(now() / 1000));
}
