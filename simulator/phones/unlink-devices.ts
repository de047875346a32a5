import { removeDevice } from '../world/device-removal.ts';
import type { PhoneDeps } from './phone-deps.ts';

/** Unlinks one device of an account, or all of them. Rejects when `deviceJid` is not linked to it. */
export function unlinkDevices({ account, world }: PhoneDeps, deviceJid?: string): Promise<void> {
  const all = [...account.linked.values()];
  const chosen = deviceJid === undefined ? all : all.filter((device) => device.jid('pn') === deviceJid);
  if (deviceJid !== undefined && chosen.length === 0) {
    return Promise.reject(new RangeError(`${deviceJid} is not linked to ${account.number}.`));
  }
  for (const device of chosen) removeDevice(world.directory, account, device);
  world.changes.announce();
  return Promise.resolve();
}
