import { mediaHeaders } from '../../demo/page-headers.ts';

describe('a file from a user, on the demo page', () => {
  it.each(['image/jpeg', 'image/png', 'audio/ogg; codecs=opus', 'audio/mp4'])(
    'is displayed inline when it is %s',
    (mimetype) => {
      const headers = mediaHeaders(mimetype);
      expect(headers['content-type']).toBe(mimetype);
      expect(headers['content-disposition']).toBeUndefined();
    },
  );

  it.each(['text/html', 'image/svg+xml', 'image/png\r\nx: y', 'application/pdf', ''])(
    'is downloaded when it is %j',
    (mimetype) => {
      expect(mediaHeaders(mimetype)).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment',
        'x-content-type-options': 'nosniff',
      });
    },
  );
});
