import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import { withoutDevice } from './jid.ts';

/**
 * Calls `changed` with the address of somebody whose devices changed. Baileys 7.0.0-rc14 then mends the list of the address that the
 * notification names and leaves that of the other one, and those of the account's own devices, as they are.
 */
export function watchDevices({ ws }: Pick<WASocket, 'ws'>, changed: (jid: string) => void): void {
  for (const type of ['devices', 'account_sync,devices'])
    ws.on(`CB:notification,type:${type}`, ({ attrs: { from = '' } }: BinaryNode) => changed(withoutDevice(from)));
}
