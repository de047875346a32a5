/** The parts of a package.json that differ between the repository and a tarball; the others are the same. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  scripts?: Record<string, string>;
  bin?: Record<string, string>;
  exports: Record<string, string>;
}

type Target = string | { types: string; default: string };

/** The package.json of a tarball. */
export type PublishedManifest = Omit<Manifest, 'exports'> & { exports: Record<string, Target> };

/** The TypeScript files that a package's users import or run. */
export function entriesOf({ bin = {}, exports }: Manifest): string[] {
  return [...Object.values(bin), ...Object.values(exports)].filter((path) => path.endsWith('.ts'));
}

/** The package.json for a tarball: it names JavaScript and types where that of the repository names TypeScript. */
export function published(manifest: Manifest): PublishedManifest {
  const others = Object.entries(manifest).filter(([name]) => name !== 'private' && name !== 'scripts');
  const { bin, exports, ...rest } = Object.fromEntries(others) as unknown as Manifest;
  return {
    ...rest,
    ...(bin && { bin: mapped(bin, inJavaScript) }),
    exports: mapped(exports, (path) => {
      if (!path.endsWith('.ts')) return path;
      return { types: path.replace(/\.ts$/, '.d.ts'), default: inJavaScript(path) };
    }),
  };
}

function inJavaScript(path: string): string {
  return path.replace(/\.ts$/, '.js');
}

function mapped<Value>(record: Record<string, string>, change: (path: string) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, path]) => [key, change(path)]));
}
