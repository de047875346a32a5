import { type SessionId } from '../domain/session-id.ts';

/** Where the files of messages come from. */
export interface MediaSource {
  /**
   * The file of a message; `undefined` when the message is unknown. Needs no open connection: the phone is asked only when
   * WhatsApp no longer has the file, which `gone` is called for first.
   */
  find(sessionId: SessionId, messageId: string, gone: () => void): Promise<RemoteMedia | undefined>;
}

/** A file that can be downloaded, as its sender described it. */
export interface RemoteMedia {
  mimetype: string | null;
  fileName: string | null;
  /**
   * Downloads the file, verifies it and writes it to `path`, overwriting what is there. Returns its size in bytes. A failure
   * may leave a part of the file behind.
   * @throws DownloadFailure
   */
  saveTo(path: string, signal: AbortSignal): Promise<number>;
}

/** The downloaded files on disk. */
export interface MediaFiles {
  /** The file of a message; `undefined` when it is not there. */
  find(sessionId: SessionId, messageId: string): Promise<MediaFile | undefined>;
  /**
   * Downloads `media` and keeps it. The file becomes visible only when it is complete; a failure leaves nothing behind.
   * @throws DownloadFailure
   */
  save(address: MediaAddress, media: RemoteMedia, signal: AbortSignal): Promise<MediaFile>;
}

/** The message that a file belongs to. */
export interface MediaAddress {
  sessionId: SessionId;
  /** WhatsApp's id of the message. */
  messageId: string;
}

/** A file on disk. */
export interface MediaFile {
  /** Below `DOWNLOADS_DIR` as configured; this is the path that the backend receives. */
  path: string;
  absolutePath: string;
  mimetype: string | null;
  /** As its sender named it: not to be trusted. */
  fileName: string | null;
  /** Bytes. */
  size: number;
}

/** The index of the downloaded files. Its entries outlive their session, as the files do. */
export interface MediaIndex {
  find(address: MediaAddress): Promise<MediaIndexEntry | undefined>;
  /** Replaces the entry of the same message. */
  put(entry: MediaIndexEntry): Promise<void>;
  /** The entries created before this moment (Unix ms), the oldest first. */
  olderThan(beforeMs: number): Promise<MediaIndexEntry[]>;
  remove(address: MediaAddress): Promise<void>;
}

/** A downloaded file. */
export interface MediaIndexEntry extends MediaAddress {
  /** Below `DOWNLOADS_DIR`. */
  path: string;
  mimetype: string | null;
  /** As its sender named it: not to be trusted. */
  fileName: string | null;
  /** Bytes. */
  size: number;
  createdAtMs: number;
}
