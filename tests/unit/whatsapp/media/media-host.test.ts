import { MediaHost } from '../../../../src/whatsapp/media/media-host.ts';

const addressOf = (location: { directPath?: string | null; url?: string | null }, host?: string) =>
  new MediaHost(host).addressOf(location)?.href;

describe('without a setting', () => {
  it.each<[{ directPath?: string | null; url?: string | null }, string]>([
    [{ directPath: '/v/t62?ccb=11&oh=1' }, 'https://mmg.whatsapp.net/v/t62?ccb=11&oh=1'],
    [{ url: 'https://mmg.whatsapp.net/v/t62?oh=1' }, 'https://mmg.whatsapp.net/v/t62?oh=1'],
    [{ directPath: '', url: 'https://mmg.whatsapp.net/u' }, 'https://mmg.whatsapp.net/u'],
    [{ directPath: '/d', url: 'https://media-eze1-1.cdn.whatsapp.net/u' }, 'https://media-eze1-1.cdn.whatsapp.net/d'],
    [{ directPath: '/d', url: 'https://user:word@mmg.whatsapp.net/u' }, 'https://mmg.whatsapp.net/d'],
  ])('%j is fetched from %s', (location, address) => {
    expect(addressOf(location)).toBe(address);
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data/'],
    ['https://127.0.0.1/v'],
    ['https://[::1]/v'],
    ['http://mmg.whatsapp.net/v'],
    ['https://mmg.whatsapp.net:8443/v'],
    ['https://mmg.whatsapp.net.evil.com/v'],
    ['https://evilwhatsapp.net/v'],
    ['https://mmg.whatsapp.net@evil.com/v'],
    ['https://evil.com/?.whatsapp.net'],
  ])('a sender cannot make us call %s', (url) => {
    expect(addressOf({ url, directPath: '/d' })).toBe('https://mmg.whatsapp.net/d');
    expect(addressOf({ url })).toMatch(/^https:\/\/mmg\.whatsapp\.net\//);
  });

  it.each([
    ['//evil.com/v'],
    ['/\\evil.com/v'],
    ['/\t/evil.com/v'],
    ['https://evil.com/v'],
    ['@evil.com/v'],
    ['.evil.com/v'],
    [':8443/v'],
    ['v/t62'],
  ])('the path %j is not fetched', (directPath) => {
    expect(addressOf({ directPath })).toBeUndefined();
  });

  it('a file without a location, or with a scheme that has none, is not fetched', () => {
    expect(addressOf({})).toBeUndefined();
    expect(addressOf({ url: 'not a url' })).toBeUndefined();
    expect(addressOf({ url: 'data:text/plain,hello' })).toBeUndefined();
  });
});

describe('with WHATSAPP_MEDIA_HOST', () => {
  it.each([
    ['127.0.0.1:5222', 'http://127.0.0.1:5222/d'],
    ['127.1:5222', 'http://127.0.0.1:5222/d'],
    ['localhost:5222', 'http://localhost:5222/d'],
    ['media.example.com', 'https://media.example.com/d'],
    ['10.0.0.5:8443', 'https://10.0.0.5:8443/d'],
    ['localhost.example.com', 'https://localhost.example.com/d'],
  ])('%s is the only host, as %s', (host, address) => {
    expect(addressOf({ directPath: '/d' }, host)).toBe(address);
    expect(addressOf({ directPath: '/d', url: 'https://mmg.whatsapp.net/u' }, host)).toBe(address);
    expect(addressOf({ url: 'https://evil.com/d' }, host)).toBe(address);
    expect(addressOf({ directPath: '//evil.com/d' }, host)).toBeUndefined();
  });
});
