import type { PublishedFile } from './media-store.ts';

/** The body of a download. */
interface Download {
  /** Offset of the body's first byte in the file. */
  readonly start: number;
  /** Length of the whole file, in bytes. */
  readonly fileLength: number;
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
}

/** Changes the bytes of a body, or their timing. */
export type BodyChange = (chunks: AsyncIterable<Buffer>, download: Download) => AsyncIterable<Buffer>;

/** Decides what goes wrong on the media server. */
export interface MediaFaults {
  /** Resolves when a held download or upload of the account's files is released; undefined when it is not held. */
  holds(number: string | undefined): Promise<unknown> | undefined;
  /** The HTTP status that refuses a download, whether the file exists or not. */
  refusesDownload(file: PublishedFile | undefined): number | undefined;
  /** Changes to the body of a download, in this order; an `endless` body has no length and no end. */
  corruptsDownload(file: PublishedFile): { changes: readonly BodyChange[]; endless: boolean };
  /** The HTTP status that refuses an upload of the account. */
  refusesUpload(number: string): number | undefined;
  /** The number of bytes of an upload after which the connection is cut; undefined when it is not. */
  cutsUpload(number: string): number | undefined;
}
