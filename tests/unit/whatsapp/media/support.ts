import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getMediaKeys, type MediaType, type proto, type WAMessage } from '@whiskeysockets/baileys';
import type { SessionId } from '../../../../src/domain/session-id.ts';
import { MediaDownloads, type MediaDownloadsDeps } from '../../../../src/whatsapp/media/media-downloads.ts';
import { MediaHost } from '../../../../src/whatsapp/media/media-host.ts';
import { ManualClock } from '../../../harness/manual-clock.ts';
import type { PageServer } from '../../../harness/page-server.ts';

const SESSION = 'session_1_ana' as SessionId;
const MEDIA_KEY = Buffer.alloc(32, 7);

/** A file as a sender of WhatsApp makes it, with Baileys' keys. */
export interface SealedFile {
  /** The uploaded bytes. */
  encrypted: Buffer;
  /** The fields of its message. */
  fields: proto.Message.IImageMessage & proto.Message.IDocumentMessage;
}

export async function seal(bytes: Buffer, kind: MediaType = 'image'): Promise<SealedFile> {
  const { iv, cipherKey, macKey } = await getMediaKeys(MEDIA_KEY, kind);
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
  const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
  const mac = createHmac('sha256', macKey!).update(iv).update(ciphertext).digest().subarray(0, 10);
  const encrypted = Buffer.concat([ciphertext, mac]);
  const fields = {
    ...{ mediaKey: MEDIA_KEY, directPath: '/v/file?x=1', mimetype: 'image/jpeg', fileLength: bytes.length },
    ...{ fileSha256: sha256(bytes), fileEncSha256: sha256(encrypted) },
  };
  return { encrypted, fields };
}

export function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** The downloads of one session in which every message is `message`, with `page` as WhatsApp's media host. */
export class Downloading implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly stop = new AbortController();
  /** The direct paths that the phone answers with, `undefined` for a refusal. */
  readonly phone: (string | undefined)[] = [];
  /** How often the phone was asked. */
  asked = 0;
  /** How often it was said that WhatsApp no longer has the file. */
  gone = 0;
  readonly path: string;
  readonly #folder: string;
  readonly #downloads: MediaDownloads;

  private constructor(
    folder: string,
    page: Pick<PageServer, 'host'>,
    message: proto.IMessage,
    deps: Partial<MediaDownloadsDeps>,
  ) {
    this.#folder = folder;
    this.path = join(folder, 'file');
    const key = { remoteJid: '5491155550000@s.whatsapp.net', id: 'A1' };
    this.#downloads = new MediaDownloads({
      host: new MediaHost(page.host),
      maxBytes: 100_000_000,
      findMessage: (_, id) => Promise.resolve(id === 'A1' ? ({ key, message } satisfies WAMessage) : undefined),
      askAgain: () => {
        this.asked += 1;
        return Promise.resolve(this.phone.shift());
      },
      clock: this.clock,
      ...deps,
    });
  }

  static async of(page: Pick<PageServer, 'host'>, message: proto.IMessage, deps: Partial<MediaDownloadsDeps> = {}) {
    return new Downloading(await mkdtemp(join(tmpdir(), 'media-')), page, message, deps);
  }

  find(messageId = 'A1') {
    return this.#downloads.find(SESSION, messageId, () => {
      this.gone += 1;
    });
  }

  /** Returns the file, or why it failed. */
  async outcome(path = this.path): Promise<string | Buffer> {
    const media = await this.find();
    try {
      const size = await media!.saveTo(path, this.stop.signal);
      const bytes = await readFile(path);
      expect(size).toBe(bytes.length);
      return bytes;
    } catch (error) {
      return (error as { reason?: string }).reason ?? String(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
