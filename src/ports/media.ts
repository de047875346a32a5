import { type SessionId } from '../domain/session-id.ts';

/** Where the files of messages come from. */
export interface MediaSource {
  /**
   * The file of a message; `undefined` when the message is not known. Needs no open line: one is only asked for help when
   * WhatsApp has the file no more.
   */
  find(sessionId: SessionId, messageId: string): Promise<RemoteMedia | undefined>;
}

/** A file that can be fetched, as its sender described it. */
export interface RemoteMedia {
  mimetype: string | null;
  fileName: string | null;
  /**
   * Fetches it, checks it and writes it to `path`, where nothing of worth may be; answers its size in bytes. After a failure
   * there may be a part of it.
   * @throws DownloadFailure
   */
  saveTo(path: string, signal: AbortSignal): Promise<number>;
}

/** The files that were fetched, on the disk. */
export interface MediaFiles {
  /** The file of a message; `undefined` when it is not there. */
  find(sessionId: SessionId, messageId: string): Promise<MediaFile | undefined>;
  /**
   * Has `media` written, and keeps it. Until all of it is there nobody sees it, and nothing is left of a failure.
   * @throws DownloadFailure
   */
  save(address: MediaAddress, media: RemoteMedia, signal: AbortSignal): Promise<MediaFile>;
}

/** Whose file it is. */
export interface MediaAddress {
  sessionId: SessionId;
  /** WhatsApp's id of the message. */
  messageId: string;
}

/** A file on the disk. */
export interface MediaFile {
  /** Below `DOWNLOADS_DIR`, in the words of the configuration; what the backend is told. */
  path: string;
  absolutePath: string;
  mimetype: string | null;
  /** As its sender called it: not to be trusted. */
  fileName: string | null;
  /** Bytes. */
  size: number;
}
