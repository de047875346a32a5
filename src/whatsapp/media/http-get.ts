import http, { type Agent, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { giveBack } from '../../kit/give-back.ts';
import { refuseUpgrade } from './no-upgrade.ts';

/** A browser's headers; no compression, since encrypted data cannot be compressed. */
const HEADERS = { origin: 'https://web.whatsapp.com', 'accept-encoding': 'identity' };

/**
 * Sends a GET, by the agent if there is one. Resolves with the response, whose body is streamed as fast as it is read. Redirects are not followed.
 * When `signal` aborts, also in the middle of the body, reading fails. Whoever reads a chunk owns it, and may give its
 * memory back. (This does not use `fetch`, whose network buffers cannot be given back.)
 */
export function httpGet(url: URL, signal: AbortSignal, agent?: Agent): Promise<IncomingMessage> {
  const { get } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    // The error listener stays: a request also fails when its response breaks off, which its reader learns anyway.
    const outgoing = get(url, { headers: HEADERS, signal, ...(agent && { agent }) }, (answer) => {
      const { socket } = answer;
      // Called after the parser, which listens too and has copied what belongs to the body.
      socket.on('data', giveBack);
      answer.once('close', () => socket.off('data', giveBack));
      resolve(answer);
    });
    refuseUpgrade(outgoing, reject).on('error', reject);
  });
}
