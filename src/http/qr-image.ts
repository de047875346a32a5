import { toDataURL } from 'qrcode';

/** The picture of a code as `data:image/png;base64,…`, for the `src` of an image. */
export function qrImage(text: string): Promise<string> {
  return toDataURL(text, { type: 'image/png', errorCorrectionLevel: 'M', scale: 6 });
}
