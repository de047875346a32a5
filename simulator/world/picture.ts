/** A profile picture. */
export interface Picture {
  /** The URL that clients get, unchanged. */
  readonly url: string;
  /** What a client sent as the picture. */
  readonly image?: Buffer;
  /** `trusted` are those who show a token of its owner. */
  readonly shownTo: 'everybody' | 'trusted' | 'nobody';
}
