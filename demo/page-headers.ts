/** Allows only the page's own server, and data URLs for the picture of the QR. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sent with every response to the page. */
export const PAGE_HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Image and audio formats that cannot carry anything a browser would execute. */
const HARMLESS = /^(image\/(jpeg|png|gif|webp)|audio\/[\w.+-]+)(; ?codecs=[\w.,]+)?$/;

/** The headers for a file from a user: displayed inline if its type is harmless, downloaded otherwise. */
export function mediaHeaders(mimetype: string): Record<string, string> {
  if (HARMLESS.test(mimetype)) return { ...PAGE_HEADERS, 'content-type': mimetype };
  return { ...PAGE_HEADERS, 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' };
}
