import { OperatorError } from '../../kit/operator-error.ts';
import type { BucketSettings } from './settings.ts';

/** The store refuses what the settings say. The message says what to change. */
export class MediaStoreError extends OperatorError {
  override readonly name = 'MediaStoreError';
}

const WRONG_CREDENTIALS =
  /^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|InvalidClientTokenId|UnrecognizedClientException|CredentialsProviderError|TokenProviderError)$/;
const OTHER_REGION = /^(PermanentRedirect|Redirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/;

const RANGE_NOT_SATISFIABLE = 416;

/** What an error of the SDK says. */
interface Failure {
  /** The code of the store, or the type of the error. */
  code: string;
  /** The status of the answer; `undefined` when there was none. */
  status: number | undefined;
}

function read(error: unknown): Failure {
  const { name, $metadata } = (error ?? {}) as { name?: unknown; $metadata?: { httpStatusCode?: number } };
  return {
    code: typeof name === 'string' && /^\w{1,60}$/.test(name) ? name : 'unknown',
    status: $metadata?.httpStatusCode,
  };
}

/** The object is not the one that was stored. */
export class ObjectChangedError extends Error {
  override readonly name = 'ObjectChangedError';
}

/** Whether an error is about one object, and says nothing of the store. */
export function isAboutObject(error: unknown): boolean {
  return isMissing(error) || error instanceof ObjectChangedError || read(error).status === RANGE_NOT_SATISFIABLE;
}

/** Whether the store answered that there is no such object. */
export function isMissing(error: unknown): boolean {
  return read(error).status === 404 && read(error).code !== 'NoSuchBucket';
}

/** Whether the same request would be refused again: the store was reached, and does not want it. */
export function isRefusal(error: unknown): boolean {
  const { code, status = 0 } = read(error);
  if (WRONG_CREDENTIALS.test(code)) return true;
  return status >= 300 && status < 500 && status !== 408 && status !== 429 && code !== 'RequestTimeout';
}

/** The refusal as the operator is told; `undefined` for a store that is away, and may come back. */
export function refusalIn(error: unknown, settings: BucketSettings): MediaStoreError | undefined {
  if (isMissingRegion(error)) {
    return new MediaStoreError('MEDIA_S3_BUCKET needs a region: set MEDIA_S3_REGION.', { cause: error });
  }
  return isRefusal(error) ? new MediaStoreError(sentenceFor(read(error), settings), { cause: error }) : undefined;
}

function sentenceFor({ code, status }: Failure, { bucket, endpoint }: BucketSettings): string {
  const where = `"${bucket}" at ${endpoint ?? 'AWS'}`;
  if (code === 'CredentialsProviderError') {
    return 'MEDIA_S3_BUCKET needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.';
  }
  if (WRONG_CREDENTIALS.test(code)) {
    return `The store refuses the credentials for the bucket ${where} (${code}): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`;
  }
  if (code === 'NoSuchBucket' || status === 404) {
    return `There is no bucket ${where}: check MEDIA_S3_BUCKET, MEDIA_S3_ENDPOINT and MEDIA_S3_PATH_STYLE.`;
  }
  if (OTHER_REGION.test(code) || status === 301) {
    return `The bucket ${where} is in another region (${code}): check MEDIA_S3_REGION.`;
  }
  if (status === 403) {
    return `The credentials do not permit what the bucket ${where} is for (${code}): allow s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject.`;
  }
  return `The store refuses to use the bucket ${where} (${code}).`;
}

/** The SDK throws a plain error. */
function isMissingRegion(error: unknown): boolean {
  return error instanceof Error && error.message === 'Region is missing';
}
