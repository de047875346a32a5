import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

/** As a browser asks; not compressed, since what is encrypted cannot be. */
const HEADERS = { origin: 'https://web.whatsapp.com', 'accept-encoding': 'identity' };

/**
 * The answer to a GET, whose body comes as it is read and no faster. Redirects are not followed. When `signal` aborts,
 * also in the middle of the body, reading it fails. (Not by `fetch`, which copies each piece once more and keeps the copies
 * until they are collected.)
 */
export function httpGet(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const { get } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    // The listener stays: a request fails also when its answer breaks off, which who reads the answer is told.
    get(url, { headers: HEADERS, signal }, resolve).on('error', reject);
  });
}
