import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { PerennialError } from '../../domain/errors.ts';

export interface SignedIn {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
}

/** Sign-in of people by password; sessions live in the database. */
export interface SignIn {
  readonly handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  session(headers: IncomingHttpHeaders): Promise<SignedIn | null>;
  /** Makes a person with a password; sign-up over HTTP is closed. @throws PerennialError REQUEST_INVALID when the address is taken */
  createPerson(person: { name: string; email: string; password: string }): Promise<string>;
}

export interface SignInOptions {
  /** The database client, as better-auth's Prisma adapter takes it. */
  readonly database: Parameters<typeof prismaAdapter>[0];
  readonly secret: string;
  readonly publicUrl: string;
  readonly trustedOrigins: readonly string[];
  /** Called after each sign-in, for the history. */
  readonly onSignIn?: (userId: string) => Promise<void>;
  /** Asked before a password is looked at: whether this account may be tried now. */
  readonly mayTry?: (email: string) => Promise<boolean>;
}

const signInPath = '/sign-in/email';

/** A limit on addresses alone is none to who has many of them. */
async function refuseMore({ mayTry }: SignInOptions, body: unknown): Promise<void> {
  const email = (body as { email?: unknown } | undefined)?.email;
  if (mayTry === undefined || typeof email !== 'string' || await mayTry(email)) return;
  throw new APIError('TOO_MANY_REQUESTS', { code: 'AUTH_TOO_MANY_ATTEMPTS', message: 'Too many attempts; wait before the next.' }, { 'Retry-After': '600' });
}

/** better-auth with everything off that is not used: password alone, no sign-up, no other providers. */
export function createSignIn(options: SignInOptions): SignIn {
  const auth = betterAuth({
    database: prismaAdapter(options.database, { provider: 'postgresql' }),
    secret: options.secret,
    baseURL: options.publicUrl,
    basePath: '/api/auth',
    trustedOrigins: [...options.trustedOrigins],
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 200 },
    user: { additionalFields: { disabledAt: { type: 'date', required: false, input: false, returned: true } } },
    hooks: { before: createAuthMiddleware(async ({ path, body }) => { if (path === signInPath) await refuseMore(options, body); }) },
    databaseHooks: { session: { create: { after: async ({ userId }) => { await options.onSignIn?.(userId); } } } },
    session: { expiresIn: 60 * 60 * 24 * 14, updateAge: 60 * 60 * 24, cookieCache: { enabled: false } },
    rateLimit: { enabled: true, window: 60, max: 300, storage: 'database', modelName: 'rateLimit', customRules: { [signInPath]: { window: 600, max: 20 } } },
    advanced: { useSecureCookies: options.publicUrl.startsWith('https:'), ipAddress: { ipAddressHeaders: ['x-perennial-peer'] } },
    logger: { level: 'error' },
  });
  return {
    handler: toNodeHandler(auth),
    async session(headers) {
      // A bad cookie gives null; what it throws is the database's failure, in words that do not say so.
      const found = await auth.api.getSession({ headers: fromNodeHeaders(headers) }).catch((cause: unknown) => {
        throw new PerennialError('DATABASE_UNAVAILABLE', undefined, {}, { cause });
      });
      // Read from the database each time, so that a disabled person is out at once.
      return found === null || found.user.disabledAt != null ? null : { userId: found.user.id, name: found.user.name, email: found.user.email };
    },
    async createPerson({ name, email, password }) {
      const context = await auth.$context;
      const existing = await context.internalAdapter.findUserByEmail(email.toLowerCase());
      if (existing !== null) throw new PerennialError('REQUEST_INVALID', 'Someone with this address has an account: sign in instead.');
      const user = await context.internalAdapter.createUser({ name, email: email.toLowerCase(), emailVerified: true }, { method: 'email-password' });
      await context.internalAdapter.linkAccount({ userId: user.id, providerId: 'credential', accountId: user.id, password: await context.password.hash(password) });
      return user.id;
    },
  };
}
