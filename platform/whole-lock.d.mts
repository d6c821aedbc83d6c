/** One line for each optional package that an entry names and the lock lacks. */
export function missingFromLock(packages: Readonly<Record<string, { optionalDependencies?: Record<string, string> }>>): string[];
