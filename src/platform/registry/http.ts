import { failure, LabError, messageOf, notFound } from '../../core/errors.ts';
import { type ImageReference, imageText } from '../../core/image-reference.ts';

export interface RegistryAccess {
  readonly image: ImageReference;
  /** Where the registry is asked: `https://registry.example`. */
  readonly endpoint: string;
  readonly signal: AbortSignal;
  /** Of the requests before; set by the first that is asked for one. */
  token?: string;
}

const answerLimitMs = 30_000;
const bodyLimitMs = 900_000;

/**
 * Asks a registry by the distribution protocol, as nobody in particular: where it wants a token, one is fetched
 * without a password. Answers only what was a success.
 */
export async function ask(
  access: RegistryAccess,
  path: string,
  accept: readonly string[],
): Promise<Response> {
  const url = `${access.endpoint}/v2/${access.image.repository}/${path}`;
  const headers = { accept: accept.join(', ') };
  let response = await send(access, url, headers);
  const challenge = response.headers.get('www-authenticate');
  if (response.status === 401 && challenge !== null && access.token === undefined) {
    const token = await anonymousToken(access, challenge);
    if (token !== undefined) {
      access.token = token;
      await response.body?.cancel();
      response = await send(access, url, headers);
    }
  }
  if (response.ok) return response;
  await response.body?.cancel();
  throw refused(access, response.status);
}

async function send(
  access: RegistryAccess,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const bearer = access.token === undefined ? {} : { authorization: `Bearer ${access.token}` };
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error('no answer in time')), answerLimitMs);
  const whole = AbortSignal.timeout(bodyLimitMs);
  try {
    return await fetch(url, {
      headers: { ...headers, ...bearer },
      signal: AbortSignal.any([access.signal, limit.signal, whole]),
    });
  } catch (error) {
    access.signal.throwIfAborted();
    throw unreachable(access, error);
  } finally {
    clearTimeout(timer);
  }
}

/** `Bearer realm="https://...",service="...",scope="..."` says where; undefined where it is another scheme or refused. */
async function anonymousToken(access: RegistryAccess, challenge: string): Promise<string | undefined> {
  if (!/^bearer /i.test(challenge)) return undefined;
  const said = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
  if (said.realm === undefined || !URL.canParse(said.realm)) return undefined;
  const url = new URL(said.realm);
  url.searchParams.set('scope', said.scope ?? `repository:${access.image.repository}:pull`);
  if (said.service !== undefined) url.searchParams.set('service', said.service);
  const response = await send(access, url.href, {});
  if (!response.ok) {
    await response.body?.cancel();
    return undefined;
  }
  const { token, access_token } = (await response.json()) as { token?: string; access_token?: string };
  return token ?? access_token;
}

/** An error of the network, with the system's own word for it. */
export function unreachable({ image, endpoint }: RegistryAccess, error: unknown): Error {
  if (error instanceof LabError) return error;
  const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
  return failure('E_REGISTRY', `${imageText(image)}: ${endpoint}: ${messageOf(error)}${cause}`, {
    cause: error,
    fix: 'run it again: what was fetched is kept; behind a mirror give --registry-mirror REGISTRY=URL',
  });
}

function refused({ image, endpoint }: RegistryAccess, status: number): Error {
  const name = imageText(image);
  if (status === 404) {
    return notFound('E_NO_IMAGE', `${endpoint} has no image ${name}`, {
      fix: 'look at the version; labctl images list shows what is asked for',
    });
  }
  if (status === 401 || status === 403) {
    return failure('E_REGISTRY_DENIED', `${endpoint} gives ${name} to nobody without a login (${status})`, {
      fix: `pull and save it with the engine that is logged in: docker image pull ${name}`,
    });
  }
  return failure('E_REGISTRY', `${name}: ${endpoint} answers ${status}`, {
    fix: 'run it again: what was fetched is kept',
  });
}
