type Method = (...args: unknown[]) => unknown;

/** The same store, with other methods, each of which `wrap` makes once, of the store's own; what is no method stays as it is. */
export function wrapMethods<Store extends object>(
  store: Store,
  wrap: (name: string | symbol, method: Method) => Method,
): Store {
  const known = new Map<string | symbol, Method>();
  return new Proxy(store, {
    get: (target, name) => {
      const method = known.get(name);
      if (method) return method;
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const made = wrap(name, member.bind(target) as Method);
      known.set(name, made);
      return made;
    },
  });
}
