import type { proto } from '@whiskeysockets/baileys';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { MEDIA_KEY_BYTES, openMedia, sealMedia } from '../media/media-cipher.ts';
import { MEDIA_KINDS } from '../media/media-kinds.ts';
import { type MediaStore, publicUrl, type StoredFile } from '../media/media-store.ts';
import { type MediaFields, mediaIn, mediaMessage, type OutgoingMedia } from './media-message.ts';
import type { RenewedMedia } from './media-retry.ts';

interface KnownFile {
  readonly file: StoredFile;
  readonly upload: string;
  readonly mediaKey: Uint8Array;
}

/** The files of one phone: uploads to and downloads from the media server. */
export class PhoneMedia {
  readonly #store: MediaStore;
  readonly #number: string;
  readonly #now: () => number;
  /** The files of messages that the account has sent, by message id. */
  readonly #files = new Map<string, KnownFile>();

  constructor(number: string, world: { media: MediaStore; now: () => number }) {
    this.#number = number;
    this.#store = world.media;
    this.#now = world.now;
  }

  /** Encrypts and uploads a file; resolves with the message for it, which must be sent with this id. */
  async upload(id: string, media: OutgoingMedia): Promise<proto.IMessage> {
    const mediaKey = randomBytes(MEDIA_KEY_BYTES);
    const file = await this.#store.write(sealMedia(media.bytes, mediaKey, media.kind));
    const { upload } = MEDIA_KINDS[media.kind];
    const directPath = this.#store.publish(file, { upload, number: this.#number });
    this.#files.set(id, { file, upload, mediaKey });
    return mediaMessage(media, {
      url: publicUrl(directPath),
      directPath,
      mediaKey,
      mediaKeyTimestamp: Math.floor(this.#now() / 1000),
      fileSha256: hashOf(media.bytes),
      fileEncSha256: file.sha256,
      fileLength: media.bytes.byteLength,
    });
  }

  /** Remembers the file of a message that a linked device of the account has sent. */
  remember(id: string, message: proto.IMessage): void {
    const { kind, fields } = mediaIn(message) ?? {};
    const found = this.#store.find(fields?.directPath ?? '');
    if (kind && found && fields?.mediaKey) {
      this.#files.set(id, { file: found.file, upload: MEDIA_KINDS[kind].upload, mediaKey: fields.mediaKey });
    }
  }

  /** Forgets the file of this message. Returns whether there was one. */
  forget(id: string): boolean {
    return this.#files.delete(id);
  }

  /** Uploads the file of a message again; undefined when the phone does not have it. */
  uploadAgain(id: string): RenewedMedia | undefined {
    const known = this.#files.get(id);
    if (!known) return undefined;
    const { file, upload, mediaKey } = known;
    return { directPath: this.#store.publish(file, { upload, number: this.#number, again: true }), mediaKey };
  }

  /** Downloads and decrypts the file of a message. Rejects with one sentence when anything about it is wrong. */
  async read(message: proto.IMessage): Promise<Buffer> {
    const { kind, fields } = mediaIn(message) ?? fail('there is none in it');
    const { mediaKey, fileSha256, fileEncSha256, fileLength } = fields;
    if (mediaKey?.byteLength !== MEDIA_KEY_BYTES) fail('its key does not have 32 bytes');
    const sealed = await this.#fetch(fields);
    if (!hashOf(sealed).equals(fileEncSha256 ?? Buffer.alloc(0))) fail('its fileEncSha256 is not that of the file');
    const plain = openMedia(sealed, mediaKey, kind) ?? fail(`its MAC is wrong for its key and the kind ${kind}`);
    if (!hashOf(plain).equals(fileSha256 ?? Buffer.alloc(0))) fail('its fileSha256 is not that of the plain file');
    if (Number(fileLength) !== plain.byteLength) fail(`its fileLength is not ${plain.byteLength}`);
    return plain;
  }

  async #fetch({ directPath }: MediaFields): Promise<Buffer> {
    if (!directPath) fail('it has no direct path');
    const found = this.#store.find(directPath);
    if (!found || found.gone !== undefined) fail('it is not on the media server');
    return readFile(found.file.path);
  }
}

function hashOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function fail(what: string): never {
  throw new Error(`The media of this message cannot be read: ${what}.`);
}
