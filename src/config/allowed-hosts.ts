import { ConfigError } from './environment.ts';

/** Hosts that may be reached although their addresses are private, as URLs are normalized, so that the two can be compared. @throws ConfigError */
export function allowedHosts(name: string, texts: readonly string[]): string[] {
  return texts.map((text) => {
    const [, host, port = ''] = /^([^\s/@?#\\]+?)(:\d{1,5})?$/.exec(text) ?? [];
    const url = `http://${host ?? ''}/`;
    if (host === undefined || !URL.canParse(url) || Number(port.slice(1)) > 65_535 || new URL(url).port !== '') {
      throw new ConfigError(`${name} must be a comma-separated list of hosts, each optionally with :port.`);
    }
    return `${new URL(url).hostname}${port}`;
  });
}
