import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { type CniContext, commands } from './commands.ts';
import { CniCode, CniError, latestVersion } from './protocol.ts';
import { parseRequest, type RawRequest } from './request.ts';

export interface CniReply {
  readonly ok: boolean;
  /** JSON, or empty where the command has no output. */
  readonly body: string;
}

/** Serves one forwarded call of the plug-in. Never rejects: a failure is an answer in CNI's words. */
export async function serveCni(context: CniContext, body: string, log: Log): Promise<CniReply> {
  const started = performance.now();
  let command = '';
  try {
    const raw = parseBody(body);
    command = raw.env.CNI_COMMAND ?? '';
    const request = parseRequest(raw);
    const answer = await commands[request.command](context, request);
    const ms = Math.round(performance.now() - started);
    log.info('cni', { command, container: request.containerId, ifName: request.ifName, ms });
    return { ok: true, body: answer === undefined ? '' : JSON.stringify(answer) };
  } catch (error) {
    const known = error instanceof CniError;
    const reply = {
      cniVersion: latestVersion,
      code: known ? error.code : CniCode.failed,
      msg: messageOf(error),
      ...(known && error.details !== '' ? { details: error.details } : {}),
    };
    log.warn('cni failed', { command, ...reply });
    return { ok: false, body: JSON.stringify(reply) };
  }
}

function parseBody(body: string): RawRequest {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new CniError(CniCode.decodeFailure, 'the forwarded call is not JSON', String(cause), cause);
  }
  const { env, stdin } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof env !== 'object' || env === null || typeof stdin !== 'string') {
    throw new CniError(CniCode.decodeFailure, 'the forwarded call needs env and stdin');
  }
  const pairs = Object.entries(env).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return { env: Object.fromEntries(pairs), stdin };
}
