import { expect, it } from 'vitest';
import { objectStoreContract } from '../../testing/contracts/object-store.contract.ts';
import { createMinioStore } from './minio-store.ts';

const options = {
  endpoint: process.env['S3_ENDPOINT'] ?? '',
  accessKey: process.env['S3_ACCESS_KEY'] ?? '',
  secretKey: process.env['S3_SECRET_KEY'] ?? '',
  bucket: process.env['S3_BUCKET'] ?? '',
};
objectStoreContract('the real object store', () => createMinioStore(options));

it('says that the store is unavailable, in our words, where nothing answers', async () => {
  const nowhere = createMinioStore({ ...options, endpoint: 'http://127.0.0.1:9' });
  await expect(nowhere.put('x', new Uint8Array([1]))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});
it('refuses a bucket that is not there', async () => {
  await expect(createMinioStore({ ...options, bucket: 'no-such-bucket' }).check()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});
