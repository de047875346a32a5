import { type PublishedFile } from './media-store.ts';

/** A body on its way to a client. */
interface Download {
  /** Where in the file the body begins. */
  readonly start: number;
  /** The length of the whole file. */
  readonly fileLength: number;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** How the bytes of a body become others, or come otherwise. */
export type BodyChange = (chunks: AsyncIterable<Buffer>, download: Download) => AsyncIterable<Buffer>;

/** What goes wrong on a media server. */
export interface MediaFaults {
  /** When a request for a file of the account, or to put one up, is let go; undefined when it is not held. */
  holds(number: string | undefined): Promise<unknown> | undefined;
  /** The HTTP status that a download is answered with, whatever is there. */
  refusesDownload(file: PublishedFile | undefined): number | undefined;
  /** What happens to the body of a download, in this order; `endless` when it has no length and no end. */
  spoilsDownload(file: PublishedFile): { changes: readonly BodyChange[]; endless: boolean };
  /** The HTTP status that an upload of the account is answered with. */
  refusesUpload(number: string): number | undefined;
  /** After how many bytes of an upload of the account the connection is cut; undefined when it is not. */
  cutsUpload(number: string): number | undefined;
}
