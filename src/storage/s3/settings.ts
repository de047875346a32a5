/** The bucket that holds the files of messages. Credentials come from the standard chain of AWS' SDK. */
export interface BucketSettings {
  bucket: string;
  /** The URL of a store other than AWS'. */
  endpoint: string | null;
  /** `null` leaves it to the SDK: `AWS_REGION`, or the configured profile. */
  region: string | null;
  /** Precedes every key, without a slash at its ends; empty for none. */
  prefix: string;
  /** Whether the bucket is named in the path of a URL instead of its host. */
  pathStyle: boolean;
}
