/** A profile picture. */
export interface Picture {
  /** The URL that clients get, unchanged. */
  readonly url: string;
  /** `trusted` are those who show a token of its owner. */
  readonly shownTo: 'everybody' | 'trusted' | 'nobody';
}
