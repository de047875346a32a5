import type { IncomingMessage } from 'node:http';
import type { LinkPreview } from '../../domain/outgoing.ts';
import { thumbnailOf } from './pictures.ts';
import { type FetchDeps, guardedFetch } from './guarded-fetch.ts';
import { factsOf } from './page-facts.ts';

/** Somebody waits for the message: the page and its picture take so long together, at most twice. */
const TOTAL_MS = 5_000;
const MAX_PAGE_BYTES = 512 * 1024;
const MAX_PICTURE_BYTES = 5 * 1024 * 1024;
const MAX_TITLE = 300;
const MAX_DESCRIPTION = 1_000;

const ADDRESS = /https?:\/\/[^\s<>"]{1,2000}/i;
/** What ends a sentence is no part of the address before it. */
const AFTER_ADDRESS = /[.,;:!?)\]}'*_~]+$/;

/** The first web address in a text. */
export function addressIn(text: string): string | undefined {
  return ADDRESS.exec(text)?.[0].replace(AFTER_ADDRESS, '');
}

/**
 * What the page at the first address in the text says of itself; `undefined` when there is no address, or whatever fails. It is
 * fetched as files are, with the same rules for every address; the page chooses none that they would not allow.
 */
export async function makePreview(text: string, deps: FetchDeps): Promise<LinkPreview | undefined> {
  const url = addressIn(text);
  if (url === undefined) return undefined;
  try {
    const page = await guardedFetch(
      url,
      deps,
      async (answer) => ({ at: answer.url, html: await htmlOf(answer.body) }),
      TOTAL_MS,
    );
    const { title, description, picture } = factsOf(page.html);
    if (title === null) return undefined;
    const thumbnail = picture === null ? null : await thumbnailAt(new URL(picture, page.at).href, deps);
    return {
      url,
      title: cut(title, MAX_TITLE),
      description: description && cut(description, MAX_DESCRIPTION),
      thumbnail,
    };
  } catch {
    // The message matters, not its preview.
    return undefined;
  }
}

async function thumbnailAt(url: string, deps: FetchDeps): Promise<Uint8Array | null> {
  try {
    const picture = await guardedFetch(url, deps, ({ body }) => beginningOf(body, MAX_PICTURE_BYTES), TOTAL_MS);
    return await thumbnailOf(picture);
  } catch {
    return null;
  }
}

async function htmlOf(body: IncomingMessage): Promise<string> {
  const { 'content-type': type = '' } = body.headers;
  if (!/^(text\/html|application\/xhtml\+xml)\b/i.test(type)) return '';
  const bytes = await beginningOf(body, MAX_PAGE_BYTES);
  const [, named] =
    /charset=["']?([\w-]+)/i.exec(type) ??
    /<meta[^>]+charset=["']?([\w-]+)/i.exec(bytes.toString('latin1', 0, 4_096)) ??
    [];
  return new TextDecoder(named ?? 'utf-8').decode(bytes);
}

/** So much of the body, and no more: the rest is not read. */
async function beginningOf(body: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

/** Cuts by code points, so that no character is split. */
function cut(text: string, length: number): string {
  return text.length <= length
    ? text
    : Array.from(text.slice(0, 2 * length))
        .slice(0, length)
        .join('');
}
