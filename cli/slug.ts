import { UsageError } from './failures.ts';

/** A name as it stands in addresses: lower-case letters, digits and dashes. */
export function slugOf(name: string): string {
  const slug = name.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 48).replace(/-+$/, '');
  if (slug === '') throw new UsageError('A project name needs at least one letter or digit.');
  return slug;
}
