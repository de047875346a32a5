import type { SessionId } from '../../../domain/session-id.ts';
import { SealBrokenError } from '../errors.ts';
import type { CellAddress } from './cell-address.ts';

/** Encrypts values on their way into the database, and decrypts them on their way out. Strings stay strings, bytes stay bytes. */
export interface Vault {
  seal(cell: CellAddress, text: string): string;
  /** @throws SealBrokenError when this is not what was stored in the cell */
  open(cell: CellAddress, stored: string): string;
  sealBytes(cell: CellAddress, bytes: Uint8Array): Buffer;
  /** @throws SealBrokenError when this is not what was stored in the cell */
  openBytes(cell: CellAddress, stored: Buffer): Buffer;
  /** Destroys the data key of a removed session, within the caller's transaction. */
  forget(sessionId: SessionId): void;
}

/** Without a master key, values are stored as they are. */
export const plainVault: Vault = {
  seal: (_, text) => text,
  open: (_, stored) => stored,
  sealBytes: (_, bytes) => Buffer.from(bytes),
  openBytes: (_, stored) => stored,
  forget: () => undefined,
};

/** The decrypted JSON, or `null` when it was changed or is damaged: one bad value must not stop the others. */
export function readableJson(vault: Vault, cell: CellAddress, stored: string): string | null {
  const json = openOrNull(vault, cell, stored);
  try {
    if (json !== null) JSON.parse(json);
    return json;
  } catch {
    return null;
  }
}

/** The decrypted value, or `null` when its seal is broken. */
function openOrNull(vault: Vault, cell: CellAddress, stored: string): string | null {
  try {
    return vault.open(cell, stored);
  } catch (error) {
    if (error instanceof SealBrokenError) return null;
    throw error;
  }
}
