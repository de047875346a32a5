import { childOf, node, type Stanza } from '../kit/stanza.ts';
import { TOKEN_TERMS } from '../world/trust-book.ts';
import { answerIq } from './answer-iq.ts';

/**
 * The properties that clients act on, by their codes (whatsapp-rust#473, zapo's `spec/abprops`). That of migrated accounts is added
 * by `tell-migration.ts`.
 */
const PROPS: Readonly<Record<string, string>> = {
  // tctoken_duration, tctoken_num_buckets, and both again for senders
  865: String(TOKEN_TERMS.bucketSeconds),
  909: String(TOKEN_TERMS.buckets),
  996: String(TOKEN_TERMS.bucketSeconds),
  997: String(TOKEN_TERMS.buckets),
  // profile_scraping_privacy_token_in_photo_iq
  9666: 'true',
  // privacy_token_sending_on_all_1_on_1_messages
  10518: 'true',
  // lid_trusted_token_issue_to_lid
  14303: 'true',
  // wa_nct_token_send_enabled
  24941: 'false',
};
const HASH = '3PjlS';

/** Answers with the server's properties; a client that has them already, by their hash, gets only that hash. */
export const answerProps = answerIq('answer properties', { xmlns: 'abt' }, (iq) => {
  const isKnown = childOf(iq, 'props')?.attrs.hash === HASH;
  const attrs = { protocol: '1', hash: HASH, refresh: '86400', refresh_id: '0', ab_key: 'ABCD' };
  return [node('props', attrs, isKnown ? [] : Object.entries(PROPS).map(propOf))];
});

function propOf([code, value]: [string, string]): Stanza {
  return node('prop', { config_code: code, config_value: value });
}
