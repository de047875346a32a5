import {
  type BinaryNode,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  isJidBot,
  isJidMetaAI,
  normalizeMessageContent,
  type proto,
  type WASocket,
} from '@whiskeysockets/baileys';
import { systemClock } from '../../kit/clock.ts';
import { lidOf, numberOf, withoutDevice } from '../addressing/jid.ts';
import type { TokenTerms } from '../signal/token-terms.ts';

/** Under this name Baileys stores the JIDs of all tokens; it removes expired ones by it. */
const INDEX = '__index';
/** Of more people than this it is not remembered at a time that they have a token. */
const MOST_REMEMBERED = 1_000;

/**
 * Issues our privacy token to whom we write, once a period, as WhatsApp's clients do after a message: who has it may write back
 * even when WhatsApp restricts them. One for each socket.
 */
export class OwnTokens {
  readonly #socket: WASocket;
  readonly #terms: () => TokenTerms;
  readonly #issuing = new Set<string>();
  /** When the token of a person was issued, in Unix seconds: what is stored need not be read with each message. */
  readonly #issuedAtS = new Map<string, number>();

  constructor(socket: WASocket, terms: () => TokenTerms) {
    this.#socket = socket;
    this.#terms = terms;
  }

  /** Call it when a message to `to` was sent. Never rejects: a token that was not issued is issued with the next message. */
  async sent(to: string, message: proto.IMessage): Promise<void> {
    const jid = withoutDevice(to);
    if (!this.#isContact(jid) || normalizeMessageContent(message)?.protocolMessage) return;
    try {
      const lid = lidOf(jid) ?? lidOf(await this.#socket.signalRepository.lidMapping.getLIDForPN(jid));
      const name = lid ?? jid;
      if (this.#issuing.has(name) || this.#isIssued(this.#issuedAtS.get(name))) return;
      this.#issuing.add(name);
      await this.#issue(jid, lid).finally(() => this.#issuing.delete(name));
    } catch {
      // The connection ended, or WhatsApp did not answer.
    }
  }

  async #issue(jid: string, lid: string | null): Promise<void> {
    const { keys } = this.#socket.authState;
    const name = lid ?? jid;
    const { [name]: before } = await keys.get('tctoken', [name]);
    if (this.#isIssued(before?.senderTimestamp)) {
      this.#remember(name, before?.senderTimestamp);
      return;
    }
    const nowS = nowInS();
    const answer = (await this.#socket.issuePrivacyTokens([await this.#addressOf(jid, lid)], nowS)) as unknown;
    if (answer === undefined) return;
    const [known, index] = await Promise.all([keys.get('tctoken', [name]), this.#indexWith(name)]);
    const token = { token: Buffer.alloc(0), ...known[name], ...tokenIn(answer as BinaryNode), senderTimestamp: nowS };
    await keys.set({ tctoken: { [name]: token, ...index } });
  }

  /** WhatsApp says whether tokens are for LIDs or for numbers. */
  async #addressOf(jid: string, lid: string | null): Promise<string> {
    const { serverProps, signalRepository } = this.#socket;
    if (serverProps.lidTrustedTokenIssueToLid || lid === null) return lid ?? jid;
    return withoutDevice((await signalRepository.lidMapping.getPNForLID(lid)) ?? lid);
  }

  async #indexWith(name: string): Promise<Record<string, { token: Buffer }>> {
    const { [INDEX]: index } = await this.#socket.authState.keys.get('tctoken', [INDEX]);
    const names = namesIn(index?.token);
    return names.includes(name) ? {} : { [INDEX]: { token: Buffer.from(JSON.stringify([...names, name])) } };
  }

  #isContact(jid: string): boolean {
    const { me } = this.#socket.authState.creds;
    const isOwn = [me?.id, me?.lid].some((own) => withoutDevice(own ?? '') === jid);
    const isPerson = numberOf(jid) !== null || lidOf(jid) !== null;
    return isPerson && !isOwn && jid !== SERVICE && isJidBot(jid) !== true && isJidMetaAI(jid) !== true;
  }

  #remember(name: string, issuedAtS = 0): void {
    if (this.#issuedAtS.size === MOST_REMEMBERED) this.#issuedAtS.clear();
    this.#issuedAtS.set(name, issuedAtS);
  }

  #isIssued(atS = 0): boolean {
    return this.#periodOf(atS) >= this.#periodOf(nowInS());
  }

  #periodOf(seconds: number): number {
    return Math.floor(seconds / this.#terms().issuePeriodS);
  }
}

function nowInS(): number {
  return Math.floor(systemClock.now() / 1000);
}

/** WhatsApp's own announcements. */
const SERVICE = '0@s.whatsapp.net';

function namesIn(index: Uint8Array | undefined): string[] {
  try {
    const names: unknown = JSON.parse(Buffer.from(index ?? []).toString());
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

/** The answer may bring the other side's token. */
function tokenIn(answer: BinaryNode): { token?: Buffer; timestamp?: string } {
  const [child] = getBinaryNodeChildren(getBinaryNodeChild(answer, 'tokens'), 'token');
  const { type, t } = child?.attrs ?? {};
  if (type !== 'trusted_contact' || !(Number(t) > 0) || !(child?.content instanceof Uint8Array)) return {};
  return { token: Buffer.from(child.content), timestamp: String(t) };
}
