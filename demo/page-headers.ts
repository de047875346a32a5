/** Only what the page's own server gives, and the QR's picture, which comes as a data URL. */
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

/** What goes with everything that a page gets. */
export const PAGE_HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Pictures and sounds in which nothing can be hidden that a browser would run. */
const HARMLESS = /^(image\/(jpeg|png|gif|webp)|audio\/[\w.+-]+)(; ?codecs=[\w.,]+)?$/;

/** How a file that somebody sent is given: shown when it can do no harm, else to be saved. */
export function mediaHeaders(mimetype: string): Record<string, string> {
  if (HARMLESS.test(mimetype)) return { ...PAGE_HEADERS, 'content-type': mimetype };
  return { ...PAGE_HEADERS, 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' };
}
