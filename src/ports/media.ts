import type { SessionId } from '../domain/session-id.ts';

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

/** The downloaded files: in a folder, or in a bucket. */
export interface MediaFiles {
  /**
   * The file of a message; `undefined` when it is not there.
   * @throws AppError `media_store_unavailable`
   */
  find(sessionId: SessionId, messageId: string): Promise<MediaFile | undefined>;
  /**
   * Downloads `media` and keeps it. The file becomes visible only when it is complete; a failure leaves nothing behind.
   * @throws DownloadFailure; AppError `media_store_unavailable`
   */
  save(address: MediaAddress, media: RemoteMedia, signal: AbortSignal): Promise<MediaFile>;
}

/** The downloaded files, and what looks after them. */
export interface MediaStore extends MediaFiles, AsyncDisposable {
  /** What keeps files from being stored or read now, as a sentence; `null` when nothing does. */
  readonly problem: string | null;
  /** Removes the files that were downloaded more than `retentionMs` ago; 0 removes none. */
  prune(retentionMs: number, signal: AbortSignal): Promise<void>;
}

/** The message that a file belongs to. */
export interface MediaAddress {
  sessionId: SessionId;
  /** WhatsApp's id of the message. */
  messageId: string;
}

/** Bytes of a file, both ends included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** A file that is open for reading. Whoever opened it disposes of it. */
export interface OpenMedia extends AsyncDisposable {
  /** Its bytes in order. A chunk is valid until the next one is requested: they may share one buffer. Throws if the file ends early. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** A downloaded file. */
export interface MediaFile {
  /** Below `DOWNLOADS_DIR` as configured, or the key in the bucket; this is the path that the backend receives. */
  path: string;
  /**
   * Opens the file, or a range of it.
   * @throws AppError `media_store_unavailable`
   */
  open(range?: ByteRange): Promise<OpenMedia>;
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
  /** Below `DOWNLOADS_DIR`, or below `downloads/` in the bucket. */
  path: string;
  mimetype: string | null;
  /** As its sender named it: not to be trusted. */
  fileName: string | null;
  /** Bytes. */
  size: number;
  createdAtMs: number;
}
