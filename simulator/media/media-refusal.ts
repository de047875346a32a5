/** Cuts the connection of a request without an answer. */
export class MediaCut extends Error {}

/** A request that the media server answers with an error. */
export class MediaRefusal extends Error {
  /** The HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'MediaRefusal';
    this.status = status;
  }
}
