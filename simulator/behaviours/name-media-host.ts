import { node } from '../kit/stanza.ts';
import type { UploadPasses } from '../media/upload-passes.ts';
import { answerIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

const AUTH_TTL_SECONDS = '3600';

/** Answers with the media host and the client's pass for uploads (section 11 of the protocol notes). */
export function nameMediaHost(hostname: () => string, passes: UploadPasses): Behaviour {
  return answerIq('name the media host', { xmlns: 'w:m', child: 'media_conn' }, (_iq, { number = '' }) => {
    const attrs = { ttl: AUTH_TTL_SECONDS, auth_ttl: AUTH_TTL_SECONDS, max_buckets: '12' };
    const host = node('host', { hostname: hostname(), maxContentLengthBytes: String(2 ** 31) });
    return [node('media_conn', { auth: passes.passOf(number), ...attrs }, [host])];
  });
}
