import pg from 'pg';
import { createMinioStore } from '../adapters/object-store/minio-store.ts';
import type { House } from './house.ts';
import type { Entry, Ledger } from './ledger.ts';

/**
 * Does by hand what no kill may do: loses an acknowledged prediction, an annotation and an image's object, and doubles a
 * label. The checks that then still find nothing wrong would have found nothing before.
 * @returns what the findings that must speak of it begin with
 */
export async function plantDamage({ env, ownerUrl }: House, ledger: Ledger): Promise<readonly string[]> {
  const acknowledged = (effect: Entry['effect']): readonly Entry[] => ledger.entries(effect).filter(({ outcome }) => outcome === 'acknowledged');
  const [lost, bare] = [acknowledged('prediction')[0], acknowledged('prediction').at(-1)];
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query('DELETE FROM "Prediction" WHERE "id" = $1', [lost?.answer['id']]);
    await client.query('DELETE FROM "Annotation" WHERE "id" = $1', [acknowledged('annotation')[0]?.answer['annotationId']]);
    await client.query('CREATE TEMP TABLE doubled AS SELECT * FROM "Label" l WHERE NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = l."id") LIMIT 1');
    await client.query('UPDATE doubled SET "id" = gen_random_uuid(), "supersedes" = NULL');
    await client.query('INSERT INTO "Label" SELECT * FROM doubled');
    const { rows: [image] } = await client.query<{ objectKey: string }>('SELECT "objectKey" FROM "Image" WHERE "id" = $1', [bare?.answer['imageId']]);
    const store = createMinioStore({ endpoint: env['S3_ENDPOINT'] ?? '', accessKey: env['S3_ACCESS_KEY'] ?? '', secretKey: env['S3_SECRET_KEY'] ?? '', bucket: env['S3_BUCKET'] ?? 'perennial' });
    await store.remove(image?.objectKey ?? '');
    return ['an acknowledged prediction', 'an acknowledged annotation', 'an image has one label'];
  } finally {
    await client.end();
  }
}
