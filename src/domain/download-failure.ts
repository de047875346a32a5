/**
 * Why the file of a message could not be had: the words of `media_info.download_error` (contract 2.1), each with its
 * sentence. docs/media.md is held against this table by a test, both ways.
 */
export const DOWNLOAD_ERRORS = {
  too_large: 'The file is larger than MAX_MEDIA_BYTES allows.',
  expired: 'WhatsApp has the file no more, and the phone did not hand it in again.',
  network: "WhatsApp's media host could not be reached, or broke off.",
  timeout: 'The file did not arrive in time.',
  corrupt: 'What arrived is not the file that its sender described.',
  unsupported: 'The message has no file that can be fetched.',
  disk: 'The file could not be written to the disk.',
} as const;

/** A word of {@link DOWNLOAD_ERRORS}. */
export type DownloadError = keyof typeof DOWNLOAD_ERRORS;

/** A download that failed, and the word for why. */
export class DownloadFailure extends Error {
  override readonly name = 'DownloadFailure';
  readonly word: DownloadError;

  constructor(word: DownloadError, cause?: unknown) {
    super(DOWNLOAD_ERRORS[word], { cause });
    this.word = word;
  }
}
