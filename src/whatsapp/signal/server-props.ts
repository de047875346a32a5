import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, type WASocket } from '@whiskeysockets/baileys';
import { type TokenTerms, USUAL_TERMS } from './token-terms.ts';

/** The names and codes of the properties that we read (`spec/abprops` of zapo, whatsapp-rust#473). */
const PROPS = {
  periodS: ['865', 'tctoken_duration'],
  periods: ['909', 'tctoken_num_buckets'],
  issuePeriodS: ['996', 'tctoken_duration_sender'],
} as const satisfies Record<keyof TokenTerms, readonly string[]>;
/** Those that Baileys reads itself when it asks (`fetchProps` in chats.js). */
const SWITCHES = {
  privacyTokenOn1to1: ['10518', 'privacy_token_sending_on_all_1_on_1_messages'],
  profilePicPrivacyToken: ['9666', 'profile_scraping_privacy_token_in_photo_iq'],
  lidTrustedTokenIssueToLid: ['14303', 'lid_trusted_token_issue_to_lid'],
} as const satisfies Record<keyof WASocket['serverProps'], readonly string[]>;
/** Bounds of what is believed: an hour to half a year, and up to ten years. */
const LIMITS: Record<keyof TokenTerms, readonly [number, number]> = {
  periodS: [3_600, 15_552_000],
  periods: [1, 520],
  issuePeriodS: [3_600, 15_552_000],
};

/**
 * What WhatsApp's server properties say, for all connections of a session: to a client that names the properties it has, WhatsApp
 * does not repeat them, and Baileys does not remember what they said. Baileys' own question is off (`fireInitQueries`): it also
 * changes the credentials, which would be stored once more at each login.
 */
export class ServerProps {
  /** How long privacy tokens hold. */
  terms: TokenTerms = { ...USUAL_TERMS };
  /** Baileys' own reading of them. */
  #known: WASocket['serverProps'] | undefined;
  /** Names the properties that were told. */
  #hash: string | undefined;

  /** Reads what WhatsApp says on this connection, and gives Baileys what is known. Call it right after the socket is made. */
  watch({ ws, serverProps }: WASocket): void {
    Object.assign(serverProps, this.#known);
    this.#known = serverProps;
    ws.on('CB:iq,,props', (stanza: BinaryNode) => this.#take(getBinaryNodeChild(stanza, 'props')));
  }

  /** Asks for them, as WhatsApp Web does after each login. Rejects when WhatsApp refuses, or the connection ends. */
  async ask({ query }: Pick<WASocket, 'query'>): Promise<void> {
    const attrs = { protocol: '1', ...(this.#hash !== undefined && { hash: this.#hash }) };
    await query({
      tag: 'iq',
      attrs: { to: 's.whatsapp.net', xmlns: 'abt', type: 'get' },
      content: [{ tag: 'props', attrs }],
    });
  }

  #take(props: BinaryNode | undefined): void {
    const told = getBinaryNodeChildren(props, 'prop');
    for (const { attrs } of told) this.#read(attrs.config_code ?? attrs.name ?? '', attrs.config_value ?? attrs.value);
    if (told.length > 0) this.#hash = props?.attrs.hash;
  }

  #read(code: string, text: string | undefined): void {
    const value = Number(text);
    for (const [name, codes] of Object.entries(PROPS) as [keyof TokenTerms, readonly string[]][]) {
      const [least, most] = LIMITS[name];
      if (codes.includes(code) && Number.isInteger(value) && value >= least && value <= most) this.terms[name] = value;
    }
    for (const [name, codes] of Object.entries(SWITCHES) as [keyof typeof SWITCHES, readonly string[]][]) {
      if (this.#known && codes.includes(code)) this.#known[name] = text === 'true' || text === '1';
    }
  }
}
