/** The files that name the version of the product, besides the package.json files, the lock file and the changelog. */
export const NAMING_THE_VERSION: readonly string[] = [
  'Dockerfile',
  'deploy/helm/Chart.yaml',
  'docs/openapi.json',
  'docs/postman.json',
  'docs/scale.md',
  'src/http/routes/server/health.ts',
];

/** Finds a version in a text, and not within an address or a longer number. */
export function naming(version: string, flags = ''): RegExp {
  return new RegExp(`(?<![\\d.])${version.replaceAll('.', '\\.')}(?!\\d|\\.\\d)`, flags);
}
