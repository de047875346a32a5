import { type SessionId } from '../../../domain/session-id.ts';
import { type CellAddress } from './cell-address.ts';
import { SealBrokenError } from '../errors.ts';

/**
 * Keeps what the database must not show: what is handed in is what is to be stored, and the other way round. Texts are
 * stored as texts and bytes as bytes.
 */
export interface Vault {
  seal(cell: CellAddress, text: string): string;
  /** @throws SealBrokenError when it is not what was stored in this place */
  open(cell: CellAddress, stored: string): string;
  sealBytes(cell: CellAddress, bytes: Uint8Array): Buffer;
  /** @throws SealBrokenError when it is not what was stored in this place */
  openBytes(cell: CellAddress, stored: Buffer): Buffer;
  /** The session and its data key were removed. */
  forget(sessionId: SessionId): void;
}

/** Without a master key everything is stored as it is. */
export const plainVault: Vault = {
  seal: (_, text) => text,
  open: (_, stored) => stored,
  sealBytes: (_, bytes) => Buffer.from(bytes),
  openBytes: (_, stored) => stored,
  forget: () => undefined,
};

/** What was stored in this place, or `null` when it is not that: for lists, of which one value must not hide the others. */
export function openOrNull(vault: Vault, cell: CellAddress, stored: string): string | null {
  try {
    return vault.open(cell, stored);
  } catch (error) {
    if (error instanceof SealBrokenError) return null;
    throw error;
  }
}
