import { mediaHeaders } from '../../demo/page-headers.ts';

describe('a file that somebody sent, in the page of the demo', () => {
  it.each(['image/jpeg', 'image/png', 'audio/ogg; codecs=opus', 'audio/mp4'])('is shown when it is %s', (mimetype) => {
    const headers = mediaHeaders(mimetype);
    expect(headers['content-type']).toBe(mimetype);
    expect(headers['content-disposition']).toBeUndefined();
  });

  it.each(['text/html', 'image/svg+xml', 'image/png\r\nx: y', 'application/pdf', ''])(
    'is only saved when it is %j',
    (mimetype) => {
      expect(mediaHeaders(mimetype)).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment',
        'x-content-type-options': 'nosniff',
      });
    },
  );
});
