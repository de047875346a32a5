import type { EnvironmentReader } from './environment.ts';

/** Hosts of a variable that may be reached although their addresses are private, as URLs are normalized, so that the two can be compared. */
export function allowedHosts(read: EnvironmentReader, name: string): string[] {
  return read.list(name).flatMap((text) => {
    const [, host, port = ''] = /^([^\s/@?#\\]+?)(:\d{1,5})?$/.exec(text) ?? [];
    const url = `http://${host ?? ''}/`;
    if (host === undefined || !URL.canParse(url) || Number(port.slice(1)) > 65_535 || new URL(url).port !== '') {
      read.refuse(name, `${name} must be a comma-separated list of hosts, each optionally with :port.`);
      return [];
    }
    return [`${new URL(url).hostname}${port}`];
  });
}
