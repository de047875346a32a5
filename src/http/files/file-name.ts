/** The name in a `Content-Disposition` (RFC 6266): `filename*` before `filename`. */
export function nameInDisposition(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^\s;]+)/i.exec(header)?.[1];
  const [, quoted, token] = /;\s*filename\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;]+))/i.exec(header) ?? [];
  return decoded(extended) ?? asUtf8(quoted?.replaceAll(/\\(.)/g, '$1') ?? token);
}

/** The last part of a URL's path. */
export function nameInUrl(url: URL): string | undefined {
  return decoded(url.pathname.split('/').at(-1));
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Headers are Latin-1 by specification, but many servers send UTF-8. */
function asUtf8(latin1: string | undefined): string | undefined {
  if (latin1 === undefined) return undefined;
  const utf8 = Buffer.from(latin1, 'latin1').toString('utf8');
  return utf8.includes('\ufffd') ? latin1 : utf8;
}
