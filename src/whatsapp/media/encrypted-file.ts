import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { giveBack } from '../../kit/give-back.ts';
import { MediaEncryption, type MediaSums } from './media-encryption.ts';
import { type MediaKind, mediaKeys } from '../messages/media-kind.ts';

const PIECE_BYTES = 256 * 1024;

/** An encrypted file, ready to be uploaded. */
export interface EncryptedFile {
  path: string;
  /** Bytes. */
  size: number;
  mediaKey: Buffer;
  sums: MediaSums;
}

/**
 * Encrypts the file at `path` with a fresh key into a file next to it, passes that to `use`, and removes it afterwards.
 * WhatsApp names an upload by its hash, so all of it must be encrypted before the first byte is sent.
 */
export async function withEncrypted<Result>(
  path: string,
  kind: MediaKind,
  use: (file: EncryptedFile) => Promise<Result>,
): Promise<Result> {
  const encrypted = `${path}.${randomBytes(6).toString('hex')}.enc`;
  try {
    return await use(await encrypt(path, encrypted, kind));
  } finally {
    await rm(encrypted, { force: true });
  }
}

async function encrypt(from: string, path: string, kind: MediaKind): Promise<EncryptedFile> {
  const mediaKey = randomBytes(32);
  const encryption = new MediaEncryption(mediaKeys(mediaKey, kind));
  const source = await open(from, 'r');
  const target = await open(path, 'wx', 0o600);
  try {
    let size = 0;
    const write = async (piece: Buffer): Promise<void> => {
      size += piece.length;
      await target.writeFile(piece);
      giveBack(piece);
    };
    for await (const piece of source.createReadStream({ highWaterMark: PIECE_BYTES })) {
      await write(encryption.update(piece as Buffer));
    }
    await write(encryption.finish());
    return { path, size, mediaKey, sums: encryption.sums() };
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}
