import { z } from 'zod';

export interface Variable<Schema extends z.ZodType = z.ZodType> {
  readonly env: string;
  readonly schema: Schema;
  /** Its effect, in a sentence, for `.env.example`. */
  readonly about: string;
  /** The allowed values, in words. */
  readonly allowed?: string;
  readonly secret?: boolean;
}

export function variable<Schema extends z.ZodType>(definition: Variable<Schema>): Variable<Schema> {
  return definition;
}

export function whole(range: { min: number; max: number; standard: number }, env: string, about: string) {
  return variable({
    env,
    about,
    allowed: `a whole number from ${range.min} to ${range.max}`,
    schema: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.number().min(range.min).max(range.max))
      .default(range.standard),
  });
}

export function optionalPort(env: string, about: string) {
  return variable({
    env,
    about,
    allowed: 'a port number from 1 to 65535',
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .pipe(z.number().min(1).max(65535))
      .optional(),
  });
}

export function flag(standard: boolean, env: string, about: string) {
  return variable({
    env,
    about,
    allowed: 'true or false',
    schema: z
      .enum(['true', 'false', '1', '0'])
      .transform((text) => text === 'true' || text === '1')
      .default(standard),
  });
}

export function optionalFlag(env: string, about: string) {
  return variable({
    env,
    about,
    allowed: 'true or false',
    schema: z
      .enum(['true', 'false', '1', '0'])
      .transform((given) => given === 'true' || given === '1')
      .optional(),
  });
}

export function text(standard: string, env: string, about: string) {
  return variable({ env, about, schema: z.string().default(standard) });
}

export function optionalText(env: string, about: string) {
  return variable({ env, about, schema: z.string().optional() });
}

export function secret(env: string, about: string, minimum = 1) {
  return variable({
    env,
    about,
    secret: true,
    allowed: minimum > 1 ? `at least ${minimum} characters` : 'any text',
    schema: z.string().min(minimum).optional(),
  });
}

const parts = z
  .string()
  .default('')
  .transform((given) =>
    given
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

export function list(env: string, about: string) {
  return variable({ env, about, allowed: 'values separated by commas', schema: parts });
}

/** Ed25519 keys as a checkpoint names them. */
export function publicKeys(env: string, about: string) {
  return variable({
    env,
    about,
    allowed: 'keys of 64 hexadecimal digits, separated by commas',
    schema: parts.pipe(z.array(z.string().regex(/^[0-9a-f]{64}$/))),
  });
}

/** `name:base64 of 32 bytes`, separated by commas. */
export function payloadKeys(env: string, about: string) {
  return variable({
    env,
    about,
    secret: true,
    allowed: 'keys as <id>:<32 bytes in base64>, separated by commas, each id once',
    schema: parts
      .pipe(z.array(z.string().regex(/^[\w.-]{1,64}:[A-Za-z0-9+/]{43}=$/)))
      .transform((keys) =>
        keys.map((text) => {
          const [id = '', key = ''] = text.split(':');
          return { id, key: Buffer.from(key, 'base64') };
        }),
      )
      .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length),
  });
}

/** Some of a fixed set of words, separated by commas. */
export function choices<Word extends string>(words: readonly [Word, ...Word[]], env: string, about: string) {
  return variable({
    env,
    about,
    allowed: `some of ${words.join(', ')}, separated by commas`,
    schema: parts.pipe(z.array(z.enum(words))),
  });
}

export function url(
  env: string,
  about: string,
  { schemes, secret = false }: { readonly schemes: readonly string[]; readonly secret?: boolean },
) {
  return variable({
    env,
    about,
    allowed: `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    secret,
    schema: z
      .string()
      .refine((given) => URL.canParse(given) && schemes.includes(new URL(given).protocol.replace(':', '')))
      .optional(),
  });
}
