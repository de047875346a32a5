import { parseProxy } from '../../../src/domain/proxy.ts';

describe('the URL of a proxy', () => {
  it.each([
    ['http://proxy.example.com:8080', 'http://proxy.example.com:8080'],
    ['https://user:pass@proxy.example.com', 'https://***@proxy.example.com'],
    ['socks5://user@10.0.0.1:1080', 'socks5://***@10.0.0.1:1080'],
    ['socks5h://[2001:db8::1]:1080', 'socks5h://[2001:db8::1]:1080'],
  ])('%s is shown without its credentials', (text, shown) => {
    const proxy = parseProxy(text);
    expect(proxy?.shown).toBe(shown);
    expect(JSON.stringify(proxy)).not.toContain('pass');
  });

  it.each([
    '',
    'proxy:8080',
    'ftp://proxy',
    'http://proxy/path',
    'http://proxy?x=1',
    'socks5:///',
    `http://${'a'.repeat(1_000)}`,
  ])('%s is none', (text) => expect(parseProxy(text)).toBeUndefined());
});
