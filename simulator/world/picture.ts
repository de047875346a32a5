/** A profile picture. */
export interface Picture {
  /** Where it is; clients hand it on as it is. */
  readonly url: string;
  readonly shownTo: 'everybody' | 'nobody';
}
