/** A file that a caller gave us, on disk while the request that brought it is being answered. */
export interface OutgoingFile {
  /** A name of ours: nothing that the caller said is in it. */
  path: string;
  /** Bytes, at least one. */
  size: number;
  /** Of the content, hex. */
  sha256: string;
  /** As given, or by its content or name; `application/octet-stream` for what nobody knows. */
  mimetype: string;
  /** As given, without folders and control characters, at most 255 bytes; `null` when there is none. */
  fileName: string | null;
}
