import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it arrived. */
interface Mail {
  from: string;
  to: string[];
  /** Headers and body, as they came over the wire. */
  text: string;
}

/** A mail server on this machine, without TLS; who signs in has to know the password. */
export interface MailServer extends AsyncDisposable {
  /** Where it listens, with the user and the password. */
  url: string;
  received: readonly Mail[];
}

/** Starts one for `operator`, with this password. */
export async function startMailServer(password: string): Promise<MailServer> {
  const received: Mail[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password: given }, _session, callback) =>
      username === 'operator' && given === password ? callback(null, { user: username }) : callback(new Error('no')),
    onData(stream, { envelope: { mailFrom, rcptTo } }, callback) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const from = mailFrom === false ? '' : mailFrom.address;
        received.push({ from, to: rcptTo.map(({ address }) => address), text: Buffer.concat(pieces).toString() });
        callback();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://operator:${password}@127.0.0.1:${port}`,
    received,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
