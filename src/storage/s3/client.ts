import { S3Client } from '@aws-sdk/client-s3';
import type { BucketSettings } from './settings.ts';

/** For a connection to be established. */
const CONNECT_MS = 5_000;

/** Most other stores expect this region, and none of them has several. */
const REGION_ELSEWHERE = 'us-east-1';

/** Failures are logged where they are handled; by default, the SDK writes some to the console. */
const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {
  // See above.
}

/** A client of the store. Whoever creates it destroys it. */
export function createClient({ endpoint, region, pathStyle }: BucketSettings): S3Client {
  const signedRegion = region ?? (endpoint === null ? undefined : REGION_ELSEWHERE);
  // Readers that are slow keep their connection; others must not wait for it.
  const agent = { keepAlive: true, maxSockets: Infinity };
  return new S3Client({
    ...(endpoint !== null && { endpoint }),
    ...(signedRegion !== undefined && { region: signedRegion }),
    forcePathStyle: pathStyle,
    logger: SILENT,
    // It would wait for stores that know nothing of it, and open a connection for each large file.
    expectContinueHeader: false,
    // Many compatible stores know no checksums in trailers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The time of the other steps depends on the size, and on who reads: it is limited where that is known.
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: 0, httpAgent: agent, httpsAgent: agent },
  });
}
