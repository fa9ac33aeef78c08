import { type RequestOptions, request as requestPlain } from 'node:http';
import { request } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { environmentError, failure, messageOf } from '../core/errors.ts';

/** Which API server to ask, and as whom. Without a kubeconfig: the one of the pod that this process runs in. */
export interface KubePlace {
  readonly kubeconfig?: string;
  /** Asked instead of the address that the pod's environment or the kubeconfig names: `https://host:6443`. */
  readonly server?: string | null;
}

export interface KubeApi {
  readonly config: KubeConfig;
  /** One GET; the answer as parsed JSON. */
  readonly get: (path: string) => Promise<unknown>;
}

const answerLimitMs = 30_000;

export function openKubeApi({ kubeconfig, server }: KubePlace): KubeApi {
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
  return { config, get: (path) => get(config, new URL(`${server ?? cluster.server}${path}`)) };
}

async function get(config: KubeConfig, url: URL): Promise<unknown> {
  const options: RequestOptions = { headers: { accept: 'application/json' }, timeout: answerLimitMs };
  await config.applyToHTTPSOptions(options);
  const { status, body } = await answer(url, options);
  if (status !== 200) {
    throw failure('E_KUBE_API', `GET ${url.pathname}: ${status} ${reasonOf(body)}`, { details: { status } });
  }
  return JSON.parse(body);
}

function answer(url: URL, options: RequestOptions): Promise<{ status: number; body: string }> {
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
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${answerLimitMs / 1000} s`)));
    asked.on('error', reject);
    asked.end();
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
