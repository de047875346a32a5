import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { giveBack } from '../../kit/give-back.ts';

/** As a browser asks; not compressed, since what is encrypted cannot be. */
const HEADERS = { origin: 'https://web.whatsapp.com', 'accept-encoding': 'identity' };

/**
 * The answer to a GET, whose body comes as it is read and no faster. Redirects are not followed. When `signal` aborts,
 * also in the middle of the body, reading it fails. Who reads a piece has it alone, and may give its memory back. (Not by
 * `fetch`, where what came on the wire cannot be given back.)
 */
export function httpGet(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const { get } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    // The listener of errors stays: a request fails also when its answer breaks off, which who reads the answer is told.
    get(url, { headers: HEADERS, signal }, (answer) => {
      const { socket } = answer;
      // After the parser, which listens too and has copied what belongs to the body.
      socket.on('data', giveBack);
      answer.once('close', () => socket.off('data', giveBack));
      resolve(answer);
    }).on('error', reject);
  });
}
