import { createReadStream } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { Clock } from '../../kit/clock.ts';
import { giveBack } from '../../kit/give-back.ts';
import { readAll } from '../../kit/read-all.ts';
import { refuseUpgrade } from './no-upgrade.ts';
import { Stall } from './stall.ts';

const PIECE_BYTES = 256 * 1024;
/** WhatsApp's own answers are shorter. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** A file to be sent to a host. */
export interface FilePost {
  url: URL;
  path: string;
  /** Bytes. */
  size: number;
  clock: Clock;
  /** By which it is sent, if not directly. */
  agent?: http.Agent | undefined;
}

/**
 * Streams a file as the body of a POST. Returns the body of a good response.
 * @throws Error when the host refuses it, breaks off, or stalls
 */
export async function postFile({ url, path, size, clock, agent }: FilePost): Promise<string> {
  const abort = new AbortController();
  const stall = new Stall(clock, () => abort.abort(new Error('The host accepted no data for too long')));
  const headers = {
    'content-type': 'application/octet-stream',
    'content-length': size,
    origin: 'https://web.whatsapp.com',
  };
  const { request } = url.protocol === 'https:' ? https : http;
  const outgoing = request(url, { method: 'POST', headers, signal: abort.signal, ...(agent && { agent }) });
  const answer = answerTo(outgoing);
  try {
    // A host that refuses may respond before it has read everything.
    const [said] = await Promise.all([answer, writeFile(path, outgoing, stall).catch(() => answer)]);
    return said;
  } catch (error) {
    abort.abort(error);
    throw error;
  } finally {
    stall.stop();
  }
}

/** Writes one chunk after the other, each when the one before it has left, so that only one is in memory. */
async function writeFile(path: string, outgoing: http.ClientRequest, stall: Stall): Promise<void> {
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>) {
    await new Promise<void>((resolve, reject) => {
      outgoing.write(piece, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    giveBack(piece);
    stall.moved();
  }
  outgoing.end();
}

async function answerTo(outgoing: http.ClientRequest): Promise<string> {
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    refuseUpgrade(outgoing, reject).on('response', resolve).on('error', reject);
  });
  const body = await readAll(answer, MAX_ANSWER_BYTES);
  if (answer.statusCode !== 200) throw new Error(`The host responded with ${answer.statusCode}`);
  return body.toString('utf8');
}
