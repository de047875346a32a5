/**
 * Why the file of a message could not be downloaded: the values of `media_info.download_error` (contract 2.1) with their sentences.
 * A test keeps docs/media.md in step with this table.
 */
export const DOWNLOAD_ERRORS = {
  too_large: 'The file is larger than MAX_MEDIA_BYTES allows.',
  expired: 'WhatsApp no longer has the file, and the phone did not upload it again.',
  network: "WhatsApp's media host could not be reached, or the connection was lost.",
  timeout: 'The file did not arrive in time.',
  corrupt: 'The downloaded file does not match what its sender described.',
  unsupported: 'The message has no file to download.',
  disk: 'The file could not be written to disk, or to the bucket.',
} as const;

/** One of {@link DOWNLOAD_ERRORS}. */
export type DownloadError = keyof typeof DOWNLOAD_ERRORS;

/** A failed download. */
export class DownloadFailure extends Error {
  override readonly name = 'DownloadFailure';
  readonly reason: DownloadError;

  constructor(reason: DownloadError, cause?: unknown) {
    super(DOWNLOAD_ERRORS[reason], { cause });
    this.reason = reason;
  }
}
