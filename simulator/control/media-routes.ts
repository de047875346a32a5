import { isMediaKind } from '../media/media-kinds.ts';
import { mediaIn, type OutgoingMedia } from '../phones/media-message.ts';
import { ControlError } from './control-error.ts';
import { phoneOf } from './phone-of.ts';
import { type JsonObject, optionalString, requiredBytes, requiredString, wholeNumber } from './request-body.ts';
import type { Route, RouteCall } from './route.ts';

/** Enough for a file of 64 MiB in base64. */
const MAX_BODY_BYTES = 96 * 1024 * 1024;
const MAX_NUMBER = 2 ** 31 - 1;

/** The routes for files that phones send and receive. */
export const mediaRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/phones/:number/media',
    maxBodyBytes: MAX_BODY_BYTES,
    async handle(call) {
      return { id: await phoneOf(call).sendMedia(requiredString(call.body, 'to'), readMedia(call.body)) };
    },
  },
  { method: 'GET', path: '/phones/:number/media', handle: readReceivedMedia },
  {
    method: 'POST',
    path: '/phones/:number/forget-media',
    handle(call) {
      phoneOf(call).forgetMedia(requiredString(call.body, 'id'));
      return {};
    },
  },
];

function readMedia(body: JsonObject): OutgoingMedia {
  const kind = requiredString(body, 'kind');
  if (!isMediaKind(kind)) throw new ControlError(400, 'bad_request', `There is no media kind "${kind}".`);
  return {
    kind,
    bytes: requiredBytes(body, 'data'),
    mimetype: optionalString(body, 'mimetype'),
    caption: optionalString(body, 'caption'),
    fileName: optionalString(body, 'fileName'),
    seconds: optionalNumber(body, 'seconds'),
    width: optionalNumber(body, 'width'),
    height: optionalNumber(body, 'height'),
    viewOnce: body.viewOnce === true,
  };
}

async function readReceivedMedia(call: RouteCall): Promise<object> {
  const phone = phoneOf(call);
  const id = call.query.get('id') ?? '';
  const received = phone.messages().messages.findLast((message) => message.id === id);
  const media = received && mediaIn(received.message);
  if (!media) throw new ControlError(404, 'no_media', `${phone.number} has not received a file in a message "${id}".`);
  const bytes = await phone.media(received).catch((error: unknown) => {
    throw new ControlError(422, 'bad_media', error instanceof Error ? error.message : String(error));
  });
  const { mimetype, fileName } = media.fields;
  const data = bytes.toString('base64');
  return { kind: media.kind, mimetype, ...(fileName && { fileName }), size: bytes.byteLength, data };
}

function optionalNumber(body: JsonObject, name: string): number | undefined {
  return body[name] === undefined ? undefined : wholeNumber(body[name], name, { otherwise: 0, max: MAX_NUMBER });
}
