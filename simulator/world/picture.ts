/** A profile picture. */
export interface Picture {
  /** The URL that clients get, unchanged. */
  readonly url: string;
  readonly shownTo: 'everybody' | 'nobody';
}
