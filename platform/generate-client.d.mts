/** Makes Prisma's typed client when the schema changed since. */
export function generateClient(root: string): { outcome: 'done' | 'skipped' } | { outcome: 'failed'; why: string };
