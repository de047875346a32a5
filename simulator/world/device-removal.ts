import { node } from '../kit/stanza.ts';
import type { Account } from './account.ts';
import type { Directory } from './directory.ts';
import type { LinkedDevice } from './linked-device.ts';

/** Unlinks a device; a connected client is notified and disconnected (section 12 of the protocol notes). */
export function removeDevice(directory: Directory, account: Account, device: LinkedDevice): void {
  const { connection } = device;
  directory.unlink(account, device);
  connection?.send(node('stream:error', { code: '401' }, [node('conflict', { type: 'device_removed' })]));
  connection?.close();
}
