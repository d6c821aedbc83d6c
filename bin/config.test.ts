import { describe, expect, it } from 'vitest';
import { apiConfig, readConfig, workerConfig } from './config.ts';

const common = { DATABASE_URL: 'postgresql://u:p@127.0.0.1:5432/d', S3_ENDPOINT: 'http://127.0.0.1:9000', S3_ACCESS_KEY: 'abc', S3_SECRET_KEY: 'abcdefgh', AUTH_SECRET: 'b6e1f0c29a7d4835917fe2c4d8a05b36' };

describe('failpoints', () => {
  it.each([{}, { NODE_ENV: 'production' }, { NODE_ENV: 'development' }])('stop the start outside of tests: %j', (environment) => {
    for (const config of [apiConfig, workerConfig]) expect(() => readConfig(config, { ...common, ...environment, PERENNIAL_FAILPOINTS: '/folder' })).toThrow(/PERENNIAL_FAILPOINTS: only where NODE_ENV is test/);
  });
  it('are read in tests, and nobody needs them', () => {
    expect(readConfig(workerConfig, { ...common, NODE_ENV: 'test', PERENNIAL_FAILPOINTS: '/folder' })).toMatchObject({ PERENNIAL_FAILPOINTS: '/folder' });
    expect(readConfig(apiConfig, { ...common, NODE_ENV: 'production' }).PERENNIAL_FAILPOINTS).toBeUndefined();
  });
});
