import type { FaultName } from '../../simulator/faults/fault-table.ts';
import type { FaultOptions } from '../../simulator/faults/fault-options.ts';

/** A fault of a connection under traffic, and the expected consequence. */
export interface Trouble {
  fault: FaultName;
  options?: FaultOptions;
  /** Also cuts the connection, because the fault affects the next one. */
  cut?: true;
  /**
   * `stays`: the connection need not end. `returns`: it ends and recovers by itself. Otherwise it stays in this state,
   * with this sentence, which tells the operator what to do.
   */
  then: 'stays' | 'returns' | { status: 'error' | 'disconnected'; sentence: RegExp };
  /** WhatsApp itself delivers messages late, twice or again, so only their arrival is promised, not their order. */
  order?: false;
}

/** The simulator's faults of linked connections; those of pairing and sending have their own tests. */
export const TROUBLES: readonly Trouble[] = [
  { fault: 'cut', then: 'returns' },
  { fault: 'stream-error', options: { code: 515 }, then: 'returns' },
  { fault: 'stream-error', options: { code: 503 }, then: 'returns' },
  { fault: 'stream-error', options: { condition: 'ack' }, then: 'returns' },
  { fault: 'stream-error', options: { condition: 'replaced' }, then: 'returns' },
  { fault: 'bad-frame', then: 'returns' },
  { fault: 'silent-line', then: 'returns' },
  { fault: 'cut-after-messages', options: { count: 2 }, then: 'returns' },
  { fault: 'cut-at-byte', options: { bytes: 700 }, then: 'returns' },
  { fault: 'refuse-upgrade', options: { times: 2 }, cut: true, then: 'returns' },
  { fault: 'silent-handshake', options: { times: 1 }, cut: true, then: 'returns' },
  { fault: 'foreign-root', options: { times: 1 }, cut: true, then: 'returns' },
  { fault: 'stolen-certificates', options: { times: 1 }, cut: true, then: 'returns' },
  { fault: 'no-success', options: { times: 1 }, cut: true, then: 'returns' },
  { fault: 'no-offline-end', options: { times: 1 }, cut: true, then: 'returns' },
  { fault: 'failure-at-login', options: { reason: 503, times: 2 }, cut: true, then: 'returns' },
  { fault: 'failure-at-login', options: { reason: 500, times: 1 }, cut: true, then: 'returns' },
  { fault: 'failure-at-login', options: { reason: 402, code: 101, expire: 60, times: 1 }, cut: true, then: 'returns' },
  { fault: 'lose-receipts', options: { times: 3 }, cut: true, then: 'returns' },
  { fault: 'duplicate-delivery', options: { times: 3 }, then: 'stays' },
  { fault: 'slow-answers', options: { ms: 300 }, cut: true, then: 'returns' },
  { fault: 'error-answer', options: { code: 500, times: 3 }, cut: true, then: 'returns' },
  { fault: 'odd-stanza', then: 'stays' },
  { fault: 'low-pre-keys', then: 'stays' },
  { fault: 'split-frames', options: { bytes: 7 }, cut: true, then: 'returns' },
  { fault: 'compressed-frames', cut: true, then: 'returns' },
  { fault: 'used-message-key', options: { times: 1 }, then: 'stays', order: false },
  { fault: 'reordered-delivery', options: { times: 1 }, then: 'stays', order: false },
  { fault: 'corrupt-message', options: { times: 1 }, then: 'stays', order: false },
  {
    fault: 'failure-at-login',
    options: { reason: 403 },
    cut: true,
    then: { status: 'error', sentence: /locked or banned this account \(403\).*restart/ },
  },
  {
    fault: 'failure-at-login',
    options: { reason: 402 },
    cut: true,
    then: { status: 'error', sentence: /banned this account temporarily.*restart/ },
  },
  { fault: 'downgrade', then: { status: 'error', sentence: /does not support linked devices.*restart/ } },
  {
    fault: 'failure-at-login',
    options: { reason: 401 },
    cut: true,
    then: { status: 'disconnected', sentence: /unlinked on the phone.*new QR/ },
  },
  {
    fault: 'stream-error',
    options: { code: 401, condition: 'device_removed' },
    then: { status: 'disconnected', sentence: /unlinked on the phone.*new QR/ },
  },
];

/** Names a trouble in a sentence. */
export function nameOf({ fault, options = {} }: Trouble): string {
  return [fault, ...Object.entries(options).map(([name, value]) => `${name}=${String(value)}`)].join(' ');
}
