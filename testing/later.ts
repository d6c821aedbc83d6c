/** Routes are made before the database that a world makes: each call goes to what is there by then. */
export function later<T extends object>(of: () => T): T {
  return new Proxy({} as T, { get: (_, name) => (...given: unknown[]) => (of()[name as keyof T] as (...all: unknown[]) => unknown)(...given) });
}
