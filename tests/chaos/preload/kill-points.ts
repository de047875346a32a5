/**
 * Loaded into an orchestrator before it starts (`NODE_OPTIONS=--import`): the process kills itself at a chosen point of
 * a message's path. It wraps methods of the libraries and of the SQLite storage, and changes nothing of what they do.
 */
import { writeSync } from 'node:fs';
import { SessionCipher } from 'libsignal';
import { WebSocket } from 'ws';
import { SqliteCallbackQueue } from '../../../src/storage/sqlite/callbacks/callback-queue.ts';
import { Outbox, type Outgoing } from '../../../src/storage/sqlite/callbacks/outbox.ts';
import { GroupCommit } from '../../../src/storage/sqlite/group-commit.ts';
import { SqliteJournal } from '../../../src/storage/sqlite/signal/journal.ts';
import { SqliteSignalKeyStore } from '../../../src/storage/sqlite/signal/signal-keys.ts';
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
watchJournal();
watchCallbacks();
watchCommits();
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

function watchJournal(): void {
  around(
    SqliteJournal.prototype,
    'add',
    (add) =>
      function (this: unknown, ...args: unknown[]) {
        if (!CHAOS_NO_JOURNAL) add.apply(this, args);
        journalIsWritten();
      },
  );
  // Its work is done when it returns, and not committed yet.
  around(
    SqliteSignalKeyStore.prototype,
    'set',
    (set) =>
      function (this: unknown, ...args: unknown[]) {
        const committed = set.apply(this, args);
        if (progress === 'written') dieAt('before-journal');
        return committed;
      },
  );
}

function watchCallbacks(): void {
  around(
    Outbox.prototype,
    'commit',
    (commit) =>
      function (this: unknown, ...args: unknown[]) {
        const { events } = args[1] as Outgoing;
        if (events.length > 0) callbackIsStored();
        return commit.apply(this, args);
      },
  );
  around(
    SqliteCallbackQueue.prototype,
    'delivered',
    (delivered) =>
      function (this: unknown, ...args: unknown[]) {
        if (progress === 'queued') dieAt('after-post');
        return delivered.apply(this, args);
      },
  );
}

function watchCommits(): void {
  around(
    GroupCommit.prototype,
    'flush',
    (flush) =>
      function (this: unknown, ...args: unknown[]) {
        flush.apply(this, args);
        committed();
      },
  );
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

/** Wraps a method. */
function around(owner: object, name: string, make: (original: Method) => Method): void {
  const methods = owner as Record<string, Method | undefined>;
  const original = methods[name];
  if (!original) throw new Error(`There is no ${name} any more.`);
  methods[name] = make(original);
}
