import type { RingingCall } from '../../domain/call.ts';
import { isoTime } from '../../kit/clock.ts';

/** The REST form of a {@link RingingCall}. */
interface CallView {
  call_id: string;
  number: string | null;
  lid: string | null;
  is_video: boolean;
  started_at: string;
}

/** Converts a call that rings to its REST form. */
export function callView({ callId, caller, isVideo, startedAtMs }: RingingCall): CallView {
  const { number, lid } = caller;
  return { call_id: callId, number, lid, is_video: isVideo, started_at: isoTime(startedAtMs) };
}
