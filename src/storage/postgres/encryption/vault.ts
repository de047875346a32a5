import type { SessionId } from '../../../domain/session-id.ts';
import type { CellAddress, Owner } from '../../shared/encryption/cell-address.ts';
import { SealBrokenError } from '../../shared/errors.ts';
import type { Transaction } from '../transaction.ts';

/** A row of `data_keys`. */
export interface WrappedKey {
  owner: Owner;
  wrapped: Buffer;
  /** The id of the master key that wraps it; `null` in a row that names none. */
  by: string | null;
}

/** Encrypts values on their way into the database, and decrypts them on their way out. What is stored is bytes. */
export interface PostgresVault {
  /** The ids of the master keys that this process knows; none where nothing is encrypted. */
  readonly masterKeys: readonly string[];
  seal(cell: CellAddress, text: string): Buffer;
  sealBytes(cell: CellAddress, bytes: Uint8Array): Buffer;
  /** @throws SealBrokenError when this is not what was stored in the cell */
  open(cell: CellAddress, stored: Buffer): string;
  /** @throws SealBrokenError when this is not what was stored in the cell */
  openBytes(cell: CellAddress, stored: Buffer): Buffer;
  /**
   * Stores the data keys that the transaction is the first to use, of owners that it writes. Call it at its end.
   */
  saveNewKeys(transaction: Transaction, isWritten: (owner: Owner) => boolean): void;
  /**
   * Takes over the data keys of these sessions: another node may have created them.
   * @throws Error when this process does not know their master key: they are not damaged
   */
  adopt(sessionIds: readonly SessionId[], keys: readonly WrappedKey[]): void;
  /** Destroys the data key of a removed session. */
  forget(transaction: Transaction, sessionId: SessionId): void;
}

/** Without a master key, values are stored as they are. */
export const plainVault: PostgresVault = {
  masterKeys: [],
  seal: (_, text) => Buffer.from(text),
  sealBytes: (_, bytes) => Buffer.from(bytes),
  open: (_, stored) => stored.toString('utf8'),
  openBytes: (_, stored) => stored,
  saveNewKeys: () => undefined,
  adopt: () => undefined,
  forget: () => undefined,
};

/** The decrypted JSON, or `null` when it was changed or is damaged: one bad value must not stop the others. */
export function readableJson(vault: PostgresVault, cell: CellAddress, stored: Buffer): string | null {
  try {
    const json = vault.open(cell, stored);
    JSON.parse(json);
    return json;
  } catch (error) {
    if (error instanceof SealBrokenError || error instanceof SyntaxError) return null;
    throw error;
  }
}
