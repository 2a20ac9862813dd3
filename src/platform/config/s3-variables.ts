import { optionalFlag, optionalText, secret, url } from './variable-kinds.js';

/** The bucket for results, and the names that other programs give the same things. */
export const s3Variables = {
  s3Bucket: optionalText('S3_BUCKET', 'Bucket for results, instead of a folder. It has to exist.'),
  s3Endpoint: url('S3_ENDPOINT', 'S3-compatible server of that bucket; Amazon S3 when empty.', {
    schemes: ['http', 'https'],
  }),
  s3PublicEndpoint: url(
    'S3_PUBLIC_ENDPOINT',
    'Its address for those who download, when they reach it under another one.',
    { schemes: ['http', 'https'] },
  ),
  s3Region: optionalText('S3_REGION', 'Region of the bucket; AWS_REGION, or us-east-1.'),
  s3AccessKeyId: optionalText(
    'S3_ACCESS_KEY_ID',
    'Access key; AWS_ACCESS_KEY_ID, or what the machine is given by its cloud.',
  ),
  s3SecretAccessKey: secret('S3_SECRET_ACCESS_KEY', 'Its secret key; AWS_SECRET_ACCESS_KEY.'),
  s3ForcePathStyle: optionalFlag(
    'S3_FORCE_PATH_STYLE',
    'The bucket in the path of addresses, not in the host name; true when S3_ENDPOINT is set.',
  ),
  awsRegion: optionalText('AWS_REGION', 'Stands in for S3_REGION.'),
  awsAccessKeyId: optionalText('AWS_ACCESS_KEY_ID', 'Stands in for S3_ACCESS_KEY_ID.'),
  awsSecretAccessKey: secret('AWS_SECRET_ACCESS_KEY', 'Stands in for S3_SECRET_ACCESS_KEY.'),
  awsSessionToken: secret('AWS_SESSION_TOKEN', 'Goes with the AWS_ pair of keys, where they are temporary.'),
} as const;
