import { type RequestOptions, request as requestPlain } from 'node:http';
import { request } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { environmentError, failure, LabError, messageOf } from '../core/errors.ts';

/** Which API server to ask, and as whom. Without a kubeconfig: the one of the pod that this process runs in. */
export interface KubePlace {
  readonly kubeconfig?: string;
  /** Asked instead of the address that the pod's environment or the kubeconfig names: `https://host:6443`. */
  readonly server?: string | null;
  /** Longest wait for an answer. */
  readonly limitMs?: number;
}

export interface KubeApi {
  readonly config: KubeConfig;
  /** One GET; the answer as parsed JSON. */
  readonly get: (path: string) => Promise<unknown>;
  /** A request that changes something; the answer as parsed JSON. */
  readonly send: (change: KubeChange) => Promise<unknown>;
}

export interface KubeChange {
  /** PATCH takes a JSON merge patch: null removes a field. */
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body: unknown;
}

/** The status that the API server refused a request with, undefined where it did not answer. */
export function refusalOf(error: unknown): number | undefined {
  if (!(error instanceof LabError) || error.code !== 'E_KUBE_API') return undefined;
  return (error.details as { readonly status: number }).status;
}

const defaultLimitMs = 30_000;

export function openKubeApi({ kubeconfig, server, limitMs = defaultLimitMs }: KubePlace): KubeApi {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromCluster();
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    throw environmentError('E_KUBE_CONFIG', `${kubeconfig ?? 'the pod'}: ${messageOf(cause)}`, { cause });
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw environmentError('E_KUBE_CONFIG', `${kubeconfig ?? 'the pod'} names no current cluster`);
  }
  if (server !== undefined && server !== null) {
    config.clusters = config.clusters.map((each) =>
      each.name === cluster.name ? { ...each, server } : each,
    );
  }
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const url = new URL(`${server ?? cluster.server}${path}`);
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const content = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept: 'application/json',
      ...(content === undefined ? {} : { 'content-type': type }),
    };
    const options: RequestOptions = { method, headers, timeout: limitMs };
    await config.applyToHTTPSOptions(options);
    const { status, body: text } = await answer(url, options, content);
    if (status < 200 || status > 299) {
      throw failure('E_KUBE_API', `${method} ${url.pathname}: ${status} ${reasonOf(text)}`, {
        details: { status },
      });
    }
    return JSON.parse(text);
  };
  return {
    config,
    get: (path) => ask('GET', path),
    send: ({ method, path, body }) => ask(method, path, body),
  };
}

function answer(
  url: URL,
  options: RequestOptions,
  content: string | undefined,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'http:' ? requestPlain : request;
    const asked = ask(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    asked.on('timeout', () =>
      asked.destroy(new Error(`no answer within ${(options.timeout ?? 0) / 1000} s`)),
    );
    asked.on('error', reject);
    asked.end(content);
  });
}

/** The sentence of a Status object, or the text itself. */
function reasonOf(body: string): string {
  try {
    const status: unknown = JSON.parse(body);
    return typeof status === 'object' && status !== null && 'message' in status
      ? String(status.message)
      : body.slice(0, 200);
  } catch (error) {
    if (error instanceof SyntaxError) return body.slice(0, 200);
    throw error;
  }
}
