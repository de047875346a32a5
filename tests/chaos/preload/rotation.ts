/**
 * Loaded into an orchestrator before it starts (`NODE_OPTIONS=--import`): the process kills itself while it rotates its
 * master key, right before or right after the commit (`DIES_AT`).
 */
import Database from 'better-sqlite3';
import pg from 'pg';
import { SealingVault } from '../../../src/storage/postgres/encryption/sealing-vault.ts';
import { DataKeys } from '../../../src/storage/sqlite/encryption/data-keys.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;

const dataKeys = DataKeys.prototype as unknown as { rewrap: Method };
const databases = Database.prototype as unknown as { transaction: Method };
const vault = SealingVault.prototype as unknown as { changeMasterKey: Method };
const connections = pg.Client.prototype as unknown as { query: Method };
const { rewrap } = dataKeys;
const { changeMasterKey } = vault;
const { query } = connections;
const { transaction } = databases;
let isChanging = false;

dataKeys.rewrap = function (...args) {
  isChanging = true;
  return rewrap.apply(this, args);
};

databases.transaction = function (work) {
  const committing = transaction.call(this, (...args: unknown[]) => {
    const result = (work as Method)(...args);
    dieAt('before-commit');
    return result;
  }) as Method;
  return (...args: unknown[]) => {
    const result = committing(...args);
    dieAt('after-commit');
    return result;
  };
};

vault.changeMasterKey = function (...args) {
  isChanging = true;
  return changeMasterKey.apply(this, args);
};

connections.query = function (...args) {
  if (!isChanging || args[0] !== 'COMMIT') return query.apply(this, args);
  dieAt('before-commit');
  return (query.apply(this, args) as Promise<unknown>).then((result) => {
    dieAt('after-commit');
    return result;
  });
};

function dieAt(moment: 'before-commit' | 'after-commit'): void {
  if (isChanging && process.env.DIES_AT === moment) process.kill(process.pid, 'SIGKILL');
}
