import type { Ip4 } from '../../core/ip.ts';
import { sleep } from '../../core/wait-for.ts';
import { createEndpoint, removeEndpoint } from '../endpoints/lifecycle.ts';
import type { Endpoints } from '../endpoints/ports.ts';
import { recordKey } from '../endpoints/record.ts';
import type { KeyedQueue } from '../keyed-queue.ts';
import {
  CniCode,
  CniError,
  type CniResult,
  type Command,
  supportedVersions,
  type VersionInfo,
} from './protocol.ts';
import type { CniRequest } from './request.ts';
import { addResult } from './result.ts';

export interface CniContext {
  readonly endpoints: Endpoints;
  readonly gateway: Ip4;
  readonly queue: KeyedQueue;
  /** Why ADD would fail now, undefined when the node serves. */
  readonly unready: () => string | undefined;
  /** How long ADD waits for the node to serve. */
  readonly patienceMs: number;
}

type Answer = CniResult | VersionInfo | undefined;

/** One function a command; `undefined` is success without output. */
export const commands: Readonly<
  Record<Command, (context: CniContext, request: CniRequest) => Promise<Answer>>
> = {
  ADD: (context, request) => inOrder(context, request, () => add(context, request)),
  DEL: (context, request) => inOrder(context, request, () => del(context, request)),
  CHECK: (context, request) => inOrder(context, request, () => check(context, request)),
  GC: gc,
  STATUS: async (context) => {
    const why = context.unready();
    if (why !== undefined) throw new CniError(CniCode.notAvailable, `the node's agent is not ready: ${why}`);
    return undefined;
  },
  VERSION: async (_, request) => ({ cniVersion: request.version, supportedVersions }),
};

const inOrder = <T>(context: CniContext, request: CniRequest, work: () => Promise<T>): Promise<T> =>
  context.queue(recordKey(request.containerId, request.ifName), work);

/** A second ADD of the same attachment answers as the first did: a runtime may repeat one that it lost. */
async function add(context: CniContext, request: CniRequest): Promise<CniResult> {
  const { endpoints, gateway } = context;
  await serving(context);
  const netnsId = await endpoints.kernel.netnsId(request.netns);
  if (netnsId === undefined) {
    throw new CniError(CniCode.unknownContainer, `CNI_NETNS ${request.netns} names no network namespace`);
  }
  const present = endpoints.store.get(request.containerId, request.ifName);
  if (present?.phase === 'ready' && present.netnsId === netnsId) {
    return addResult(present, gateway, request.version);
  }
  if (present?.phase === 'ready' && (await endpoints.kernel.netnsId(present.netns)) === present.netnsId) {
    const message = `${request.containerId} has ${request.ifName} in another namespace, ${present.netns}`;
    throw new CniError(CniCode.alreadyAttached, message, 'DEL comes first');
  }
  if (present !== undefined) await removeEndpoint(endpoints, present);

  const { K8S_POD_NAMESPACE: namespace, K8S_POD_NAME: name } = request.args;
  const record = await createEndpoint(endpoints, {
    containerId: request.containerId,
    ifName: request.ifName,
    netns: request.netns,
    netnsId,
    ...(namespace === undefined || name === undefined ? {} : { pod: { namespace, name } }),
  });
  if (record === undefined) {
    const message = `all ${endpoints.pool.capacity} pod addresses of the node are in use`;
    throw new CniError(CniCode.tryAgainLater, message, 'a deleted pod frees one');
  }
  return addResult(record, gateway, request.version);
}

/** Resolves when the node serves. */
async function serving({ unready, patienceMs }: CniContext): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (let why = unready(); why !== undefined; why = unready()) {
    if (Date.now() >= deadline) {
      throw new CniError(CniCode.tryAgainLater, `the node's agent is not ready: ${why}`);
    }
    await sleep(20);
  }
}

async function del({ endpoints }: CniContext, request: CniRequest): Promise<undefined> {
  const record = endpoints.store.get(request.containerId, request.ifName);
  if (record !== undefined) await removeEndpoint(endpoints, record);
  return undefined;
}

async function check({ endpoints }: CniContext, request: CniRequest): Promise<undefined> {
  const record = endpoints.store.get(request.containerId, request.ifName);
  if (record === undefined) {
    throw new CniError(
      CniCode.unknownContainer,
      `${request.containerId} has no attachment ${request.ifName}`,
    );
  }
  const problems = [
    ...(request.previousAddresses?.includes(`${record.address}/32`) === true
      ? []
      : [`prevResult does not have the address ${record.address}/32`]),
    ...(await endpoints.kernel.problems(record)),
  ];
  if (problems.length > 0) {
    throw new CniError(
      CniCode.attachmentDiffers,
      'the attachment is not as ADD left it',
      problems.join('; '),
    );
  }
  return undefined;
}

/** Removes every attachment that the runtime does not name. All are tried; the failures are told together. */
async function gc({ endpoints, queue }: CniContext, request: CniRequest): Promise<undefined> {
  const valid = new Set(request.validAttachments?.map((item) => recordKey(item.containerId, item.ifName)));
  const stale = endpoints.store.all().filter((item) => !valid.has(recordKey(item.containerId, item.ifName)));
  const results = await Promise.allSettled(
    stale.map((record) =>
      queue(recordKey(record.containerId, record.ifName), () => removeEndpoint(endpoints, record)),
    ),
  );
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  if (failed.length > 0)
    throw new CniError(CniCode.failed, 'attachments could not be removed', failed.join('; '));
  return undefined;
}
