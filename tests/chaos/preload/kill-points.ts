/**
 * Loaded into an orchestrator before it starts (`NODE_OPTIONS=--import`): the process kills itself at a chosen point of
 * a message's path. It hooks into libraries and knows the tables; our own code needs no hooks.
 */
import { writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { SessionCipher } from 'libsignal';
import { WebSocket } from 'ws';
import { ARMED, type KillPoint, KILLED } from '../kill-point.ts';

type Method = (this: any, ...args: unknown[]) => unknown;

const { CHAOS_POINT, CHAOS_KIND, CHAOS_ARMED, CHAOS_NO_JOURNAL } = process.env;

let isArmed = CHAOS_ARMED === 'true';
/** The encryption of the current ciphertext: a sender key unless libsignal's cipher is called. */
let kind = 'skmsg';
/** The progress of the chosen message; when armed from the start, any message will do. */
let progress: 'none' | 'written' | 'journaled' | 'queued' = isArmed ? 'journaled' : 'none';
let framesSince = 0;

process.on('SIGUSR2', () => {
  isArmed = true;
  say(ARMED);
});

watchCiphers();
watchStatements();
watchTransactions();
watchFrames();

function dieAt(point: KillPoint): void {
  if (!isArmed || point !== CHAOS_POINT) return;
  say(`${KILLED} ${point} ${CHAOS_KIND ?? ''}`);
  process.kill(process.pid, 'SIGKILL');
}

function say(text: string): void {
  writeSync(2, `${text}\n`);
}

function watchCiphers(): void {
  const noting = (its: string) => (original: Method) =>
    function (this: unknown, ...args: unknown[]) {
      kind = its;
      return original.apply(this, args);
    };
  around(SessionCipher.prototype, 'decryptPreKeyWhisperMessage', noting('pkmsg'));
  around(SessionCipher.prototype, 'decryptWhisperMessage', noting('msg'));
}

function watchStatements(): void {
  const sample = new Database(':memory:');
  const statements = Object.getPrototypeOf(sample.prepare('SELECT 1')) as object;
  sample.close();
  around(statements, 'run', (run) => {
    return function (this: { source: string }, ...args: unknown[]) {
      const sql = this.source.trimStart();
      if (sql.startsWith('INSERT INTO callbacks')) callbackIsStored();
      if (sql.startsWith('UPDATE callbacks SET state') && progress === 'queued') dieAt('after-post');
      if (sql === 'COMMIT') {
        const result = run.apply(this, args);
        committed();
        return result;
      }
      if (!sql.startsWith('INSERT INTO journal')) return run.apply(this, args);
      const result = (CHAOS_NO_JOURNAL ? { changes: 1 } : run.apply(this, args)) as { changes: number };
      if (result.changes > 0) journalIsWritten();
      return result;
    };
  });
}

function journalIsWritten(): void {
  if (isArmed && kind === CHAOS_KIND && progress === 'none') progress = 'written';
  kind = 'skmsg';
}

function callbackIsStored(): void {
  if (progress !== 'journaled') return;
  if (framesSince > 0) dieAt('after-receipt');
  progress = 'queued';
}

function watchTransactions(): void {
  around(Database.prototype, 'transaction', (transaction) => {
    return function (this: unknown, ...[work]: unknown[]) {
      return transaction.call(this, (...args: unknown[]) => {
        const result = (work as Method)(...args);
        if (progress === 'written') dieAt('before-journal');
        return result;
      });
    };
  });
}

function committed(): void {
  if (progress === 'queued') dieAt('after-callback');
  if (progress !== 'written') return;
  progress = 'journaled';
  framesSince = 0;
  dieAt('after-journal');
}

function watchFrames(): void {
  around(WebSocket.prototype, 'send', (send) => {
    return function (this: unknown, ...args: unknown[]) {
      framesSince += 1;
      return send.apply(this, args);
    };
  });
}

/** Wraps a method of a library. Throws an Error when the library no longer has it. */
function around(owner: object, name: string, make: (original: Method) => Method): void {
  const methods = owner as Record<string, Method | undefined>;
  const original = methods[name];
  if (!original) throw new Error(`There is no method ${name}: the library has changed.`);
  methods[name] = make(original);
}
