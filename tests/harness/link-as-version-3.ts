import { makeWASocket, useMultiFileAuthState, WA_CERT_DETAILS, type WASocket } from '@whiskeysockets/baileys';
import type { Phone } from '../../simulator/phones/phone.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { silentLogger } from '../../src/kit/logger.ts';

/**
 * Links an account as version 3 did: Baileys with `useMultiFileAuthState` in `folder`. Resolves when it has logged in
 * and disconnected again; the files are as version 3 leaves them. `meanwhile` runs while it is logged in.
 */
export async function linkAsVersion3(
  whatsapp: Simulator,
  phone: Phone,
  folder: string,
  meanwhile?: (socket: WASocket) => Promise<void>,
): Promise<void> {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(whatsapp.rootKey, 'hex');
  const { state, saveCreds } = await useMultiFileAuthState(folder);
  const connect = (): WASocket => {
    const socket = makeWASocket({
      auth: state,
      waWebSocketUrl: whatsapp.wsUrl,
      logger: silentLogger,
      connectTimeoutMs: 2_000,
    });
    socket.ev.on('creds.update', () => void saveCreds());
    return socket;
  };
  const pairing = connect();
  pairing.ev.on('connection.update', ({ qr }) => {
    if (qr) void phone.scan(qr);
  });
  await closed(pairing);
  const connection = connect();
  await new Promise<void>((resolve) =>
    connection.ev.on('connection.update', ({ receivedPendingNotifications }) => {
      if (receivedPendingNotifications) resolve();
    }),
  );
  await meanwhile?.(connection);
  await saveCreds();
  const end = closed(connection);
  await connection.end(undefined);
  await end;
}

function closed(socket: WASocket): Promise<void> {
  return new Promise((resolve) =>
    socket.ev.on('connection.update', ({ connection }) => {
      if (connection === 'close') resolve();
    }),
  );
}
