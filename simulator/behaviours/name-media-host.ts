import { node } from '../kit/stanza.ts';
import { answerIq } from './answer-iq.ts';
import { type Behaviour } from './behaviour.ts';

const AUTH_TTL_SECONDS = '3600';

/** Tells clients where media is uploaded (section 11 of the protocol notes). */
export function nameMediaHost(hostname: () => string): Behaviour {
  return answerIq('name the media host', { xmlns: 'w:m', child: 'media_conn' }, () => [
    node('media_conn', { auth: 'simulator', ttl: AUTH_TTL_SECONDS, auth_ttl: AUTH_TTL_SECONDS, max_buckets: '12' }, [
      node('host', { hostname: hostname(), maxContentLengthBytes: String(2 ** 31) }),
    ]),
  ]);
}
