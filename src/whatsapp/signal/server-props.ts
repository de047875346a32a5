import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, type WASocket } from '@whiskeysockets/baileys';
import { type TokenTerms, USUAL_TERMS } from './token-terms.ts';

/** The names and codes of the properties that we read (`spec/abprops` of zapo, whatsapp-rust#473). */
const PROPS = {
  periodS: ['865', 'tctoken_duration'],
  periods: ['909', 'tctoken_num_buckets'],
  issuePeriodS: ['996', 'tctoken_duration_sender'],
} as const satisfies Record<keyof TokenTerms, readonly string[]>;
/** Bounds of what is believed: an hour to half a year, and up to ten years. */
const LIMITS: Record<keyof TokenTerms, readonly [number, number]> = {
  periodS: [3_600, 15_552_000],
  periods: [1, 520],
  issuePeriodS: [3_600, 15_552_000],
};

/**
 * What WhatsApp's server properties say, for all connections of a session: to a client that names the properties it has, WhatsApp
 * does not repeat them, and Baileys does not remember what they said.
 */
export class ServerProps {
  /** How long privacy tokens hold. */
  terms: TokenTerms = { ...USUAL_TERMS };
  /** Baileys' own reading of them. */
  #known: WASocket['serverProps'] | undefined;
  #isTold = false;

  /** Has the properties told in full, unless an earlier connection was told them. Call it before the socket is made. */
  prepare(creds: { lastPropHash?: string | undefined }): void {
    if (!this.#isTold) delete creds.lastPropHash;
  }

  /** Reads what WhatsApp says on this connection, and gives Baileys what is known. Call it right after the socket is made. */
  watch({ ws, serverProps }: WASocket): void {
    Object.assign(serverProps, this.#known);
    this.#known = serverProps;
    ws.on('CB:iq,,props', (stanza: BinaryNode) => this.#take(getBinaryNodeChild(stanza, 'props')));
  }

  #take(props: BinaryNode | undefined): void {
    for (const { attrs } of getBinaryNodeChildren(props, 'prop')) {
      this.#isTold = true;
      const code = attrs.config_code ?? attrs.name ?? '';
      const value = Number(attrs.config_value ?? attrs.value);
      for (const [name, codes] of Object.entries(PROPS) as [keyof TokenTerms, readonly string[]][]) {
        const [least, most] = LIMITS[name];
        if (codes.includes(code) && Number.isInteger(value) && value >= least && value <= most)
          this.terms[name] = value;
      }
    }
  }
}
