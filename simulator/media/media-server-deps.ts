import type { Changes } from '../kit/changes.ts';
import type { Counters } from '../kit/counters.ts';
import type { HeldRequests } from './held-requests.ts';
import type { MediaStore } from './media-store.ts';
import type { MediaFaults } from './media-faults.ts';
import type { UploadPasses } from './upload-passes.ts';

/** Dependencies of the media server. */
export interface MediaServerDeps {
  readonly store: MediaStore;
  readonly passes: UploadPasses;
  readonly faults: MediaFaults;
  readonly held: HeldRequests;
  readonly counters: Counters;
  readonly changes: Changes;
}
