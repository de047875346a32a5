import { randomBytes } from 'node:crypto';
import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';

const NOTIFICATION = 'CB:notification,type:companion_reg_refresh';

/**
 * Since July 2026 WhatsApp sends `companion_reg_refresh` while a QR is on offer, and accepts no scan until the client
 * has created a new ADV secret, shown the current QR again with it, and acknowledged. Baileys 7.0.0-rc14 does neither
 * (and its own acknowledgement throws before the login), so it is done here, from outside: `onRefresh` is called once
 * the new secret is in the credentials. While a pairing code is shown, there is nothing to do: its secret is derived
 * when it is typed, and a new one would spoil it; and Baileys, which has a number by then, acknowledges.
 */
export function handlePairingRefresh(socket: WASocket, onRefresh: () => void, onError: (error: unknown) => void): void {
  socket.ws.on(NOTIFICATION, (node: BinaryNode) => {
    const { creds } = socket.authState;
    if (creds.pairingCode !== undefined) return;
    creds.advSecretKey = randomBytes(32).toString('base64');
    onRefresh();
    socket.sendNode(acknowledgement(node)).catch(onError);
  });
}

/**
 * Returns the QR's text with the current ADV secret. Baileys keeps the secret from when the offer came, also in the QRs
 * that follow; it is the last part but one of `ref,noise,identity,secret,platform`.
 */
export function withCurrentSecret(qrText: string, advSecret: string): string {
  const parts = qrText.split(',');
  parts[parts.length - 2] = advSecret;
  return parts.join(',');
}

function acknowledgement(node: BinaryNode): BinaryNode {
  const { id = '', from = '', type = '' } = node.attrs;
  return { tag: 'ack', attrs: { id, class: 'notification', to: from, type } };
}
