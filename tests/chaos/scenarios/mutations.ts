import { decodeBinaryNode } from '@whiskeysockets/baileys';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Stanza } from '../../../simulator/kit/stanza.ts';
import { encodeStanza } from '../../../simulator/transport/binary-node.ts';
import { startWorld, type World } from '../../harness/world.ts';
import { Dice } from '../dice.ts';
import { messagesOf } from '../ledger.ts';
import { Catalogue } from '../mutations/catalogue.ts';
import type { Cast } from '../mutations/cast.ts';
import { CpuClock } from '../mutations/cpu-clock.ts';
import { DOINGS } from '../mutations/doings.ts';
import { Line, shown } from '../mutations/line.ts';
import { mutated } from '../mutations/mutate.ts';
import { Stalls } from '../mutations/stalls.ts';
import type { Outcome, Scenario, Size } from '../scenario.ts';

interface MutationsSize extends Size {
  /** Mutations of each kind of stanza. */
  each: number;
  /** Logins, and rounds of questions, in which every answer of the server is mutated at random. */
  rounds: number;
  /** Only the kind with this number (or so many from it on), and only from this mutation on; to find out which one did it. */
  kind: number;
  kinds: number;
  from: number;
  /** How long nothing may arrive and nothing be acknowledged while something is awaited. */
  patienceMs: number;
}

/** How many mutated stanzas come between two messages that must arrive. */
const BATCH = 25;
const STEP_MS = 2_500;
const EVERY_MS = 25;
const ACK_TIMEOUT_MS = 8_000;
/** How often a message is requested that cannot be decrypted. */
const REQUESTED_AT_MOST = 5;
/** A login with 800 takes longer than the 8 s. */
const KEPT_AT_MOST = 300;
const STALL_MS = 3_000;
const EVERY_KIND = -1;
/**
 * Stanzas that rightly end the session (banned, unlinked, replaced) and those of a pairing, which are refused on a
 * connection that is logged in ([hostile](../scenarios/hostile)).
 */
const ENDS = /^(failure|stream:error|xmlstreamend|ib downgrade_webclient)/;
/** The stanzas after which a connection is over anyway: some are enough. */
const CLOSES = /^(stream:error|xmlstreamend|success)/;

/** See docs/chaos.md. */
export const mutations: Scenario<MutationsSize> = {
  name: 'mutations',
  proves:
    'Whatever the server sends in whichever form, messages arrive, connections come back, everything is acknowledged.',
  sizes: {
    short: { each: 2, rounds: 2, kind: EVERY_KIND, kinds: 1, from: 0, patienceMs: 15_000 },
    full: { each: 2_000, rounds: 400, kind: EVERY_KIND, kinds: 1, from: 0, patienceMs: 30_000 },
  },
  async run(size, dice) {
    const { now, after } = new CpuClock();
    await using world = await startWorld({
      hasAllPreKeys: true,
      whatsapp: { ackTimeoutMs: ACK_TIMEOUT_MS, now, after },
    });
    const proof = await Proof.prepare(world, size, dice);
    return await proof.run();
  },
};

class Proof {
  readonly #size: MutationsSize;
  readonly #seed: number;
  readonly #cast: Cast;
  readonly #line: Line;
  readonly #catalogue: Catalogue;
  readonly #problems: string[] = [];
  readonly #stalls = new Stalls();
  #stall = { ms: 0, when: '' };
  #controls = 0;
  #mutations = 0;
  #answers = 0;

  private constructor(cast: Cast, parts: { size: MutationsSize; seed: number; line: Line; catalogue: Catalogue }) {
    this.#cast = cast;
    this.#size = parts.size;
    this.#seed = parts.seed;
    this.#line = parts.line;
    this.#catalogue = parts.catalogue;
  }

  /** Links an account, and lets everybody do everything once. */
  static async prepare(world: World, size: MutationsSize, dice: Dice): Promise<Proof> {
    const catalogue = new Catalogue();
    const account = world.whatsapp.phone('5491100000000', 'Account');
    const line = new Line(account);
    const recording = world.whatsapp.use(catalogue.behaviour);
    world.whatsapp.use(line.behaviour);
    const [ana, luz] = [world.whatsapp.phone('5492200000001', 'Ana'), world.whatsapp.phone('5492200000002', 'Luz')];
    const { sessionId } = await world.link(account);
    const group = world.whatsapp.group({ subject: 'Group', members: [ana, luz, account] });
    const cast = { world, sessionId, account, ana, luz, group };
    const proof = new Proof(cast, { size, seed: dice.seed, line, catalogue });
    for (const doing of Object.values(DOINGS)) {
      await doing(cast);
      await proof.#control('before');
    }
    recording[Symbol.dispose]();
    return proof;
  }

  async run(): Promise<Outcome> {
    this.#stalls.start();
    const kinds = this.#catalogue.kinds.filter(([kind]) => !ENDS.test(kind));
    for (const [index, [kind, template]] of kinds.entries()) {
      if (this.#isWanted(index)) await this.#mutate(index, kind, template);
    }
    if (this.#size.kind === EVERY_KIND) await this.#answerMutated();
    await this.#logInAgain('at the end');
    await this.#control('at the end');
    this.#stalls.stop();
    const { ms: stall, when } = this.#stall;
    const { endedUnacknowledged } = this.#cast.world.whatsapp.stats();
    if (endedUnacknowledged > 0)
      this.#problems.push(
        `${endedUnacknowledged} connections ended for want of an ack: ${this.#line.endings.join(' | ')}`,
      );
    if (stall > STALL_MS) this.#problems.push(`${when}: the event loop stood still for ${stall} ms`);
    const figure =
      `${this.#mutations} mutations of ${kinds.length} kinds of stanzas, ${this.#answers} answers to queries mutated, ` +
      `${this.#controls} messages between them received in order, the longest stall ${stall} ms (${when})`;
    return { figure, problems: this.#problems };
  }

  #isWanted(index: number): boolean {
    const { kind, kinds } = this.#size;
    return kind === EVERY_KIND || (index >= kind && index < kind + kinds);
  }

  async #mutate(index: number, kind: string, template: Stanza): Promise<void> {
    const each = CLOSES.test(kind) ? Math.ceil(this.#size.each / 10) : this.#size.each;
    let sent: Stanza[] = [];
    for (let number = this.#size.from; number < each; number += 1) {
      const dice = new Dice(this.#seed + hashOf(kind) + number);
      const original = dice.happens(0.5) ? template : withNewId(template);
      const stanza = await asSent(mutated(original, dice));
      this.#line.send(stanza);
      this.#mutations += 1;
      sent.push(stanza);
      if (sent.length < BATCH && number + 1 < each) continue;
      await this.#control(`${index} ${kind}, up to mutation ${number}`, sent);
      sent = [];
      if (this.#line.waiting > KEPT_AT_MOST) await this.#logInAgain(kind);
    }
  }

  /** Asks everything, and logs in, while the answers are mutated. */
  async #answerMutated(): Promise<void> {
    const { world } = this.#cast;
    for (let round = 0; round < this.#size.rounds; round += 1) {
      const dice = new Dice(this.#seed + hashOf('answers') + round);
      const sent: Stanza[] = [];
      const mutating = world.whatsapp.use({
        name: 'mutate answers',
        onSend: (stanza, _, send) => {
          const changed = stanza.tag === 'iq' && dice.happens(0.3) ? mutatedAnswer(stanza, dice) : stanza;
          if (changed !== stanza) sent.push(changed);
          send(changed);
        },
      });
      if (round % 2 === 0) await DOINGS['new login']?.(this.#cast);
      // Answers that make no sense may keep somebody waiting for as long as a query takes.
      const forward = setInterval(() => world.clock.skip(STEP_MS), EVERY_MS);
      await DOINGS.questions?.(this.#cast);
      clearInterval(forward);
      mutating[Symbol.dispose]();
      this.#answers += sent.length;
      await this.#control(`answers, round ${round}`, sent);
    }
  }

  /** What cannot be decrypted is requested five times, and then acknowledged: nothing is left. */
  async #logInAgain(kind: string): Promise<void> {
    for (let login = 0; login <= REQUESTED_AT_MOST && this.#line.waiting > 0; login += 1) {
      await DOINGS['new login']?.(this.#cast);
      await this.#control(`${kind}, login ${login + 1}`);
    }
    if (!(await this.#until(() => this.#line.waiting === 0))) {
      this.#problems.push(
        `${kind}: ${this.#line.waiting} stanzas are still delivered at each login: ${this.#line.shown}`,
      );
    }
  }

  /** A friend writes: that arrives after everything before it, and nothing is left unacknowledged. */
  async #control(when: string, sent: readonly Stanza[] = []): Promise<void> {
    const { world, account } = this.#cast;
    this.#noteStall(when);
    this.#line.stage = `after ${when}`;
    const friend = world.whatsapp.phone('5493300000000', 'Friend');
    const text = `control ${(this.#controls += 1)}`;
    await friend.sendText(account, text);
    const has = () => messagesOf(world.backend.accepted).some(({ body }) => body.message_content === text);
    if (!(await this.#until(has))) this.#broke(`“${text}” did not arrive`, when, sent);
    if (await this.#until(() => this.#line.unanswered === undefined)) return;
    this.#broke(`not acknowledged: ${this.#line.forgetUnanswered().map(shown).join(' | ')}`, when, []);
  }

  /** Whether it becomes true; while the account is offline, time passes a hundred times faster. */
  async #until(holds: () => boolean): Promise<boolean> {
    let [since, seen] = [performance.now(), this.#progress];
    while (!holds()) {
      const progress = this.#progress;
      if (progress !== seen) [since, seen] = [performance.now(), progress];
      if (performance.now() > since + this.#size.patienceMs) return false;
      if (!this.#line.isOnline) this.#cast.world.clock.skip(STEP_MS);
      await pause(this.#line.isOnline ? 2 : EVERY_MS);
    }
    return true;
  }

  /** Changes as messages arrive and stanzas are acknowledged: on a busy machine, both take their time. */
  get #progress(): string {
    return `${this.#cast.world.backend.accepted.length} ${this.#line.waiting} ${this.#line.unanswered?.attrs.id ?? ''}`;
  }

  #noteStall(when: string): void {
    const ms = this.#stalls.take();
    if (ms > this.#stall.ms) this.#stall = { ms, when };
  }

  #broke(what: string, when: string, sent: readonly Stanza[]): void {
    this.#problems.push(`${when}: ${what}${sent.length > 0 ? `; sent ${sent.map(shown).join(' | ')}` : ''}`);
  }
}

/** Usually under the id of its query: otherwise nobody reads it. */
function mutatedAnswer(stanza: Stanza, dice: Dice): Stanza {
  const changed = mutated(stanza, dice);
  return { ...changed, tag: 'iq', attrs: { ...changed.attrs, id: stanza.attrs.id ?? '' } };
}

/** A stanza as it comes over the wire: some JIDs have a shorter form there, and a text is well-formed. */
function asSent(stanza: Stanza): Promise<Stanza> {
  return decodeBinaryNode(Buffer.from(encodeStanza(stanza)));
}

function withNewId(stanza: Stanza): Stanza {
  return stanza.attrs.id === undefined ? stanza : { ...stanza, attrs: { ...stanza.attrs, id: randomUUID() } };
}

function hashOf(text: string): number {
  return Buffer.from(text).reduce((hash, byte) => (Math.imul(hash, 31) + byte) >>> 0, 7);
}
