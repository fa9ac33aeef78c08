import { messageOf } from '../../core/errors.ts';
import type { Kubectl } from '../../platform/kubectl.ts';

interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly exitCode: number };
  };
  readonly lastState?: { readonly terminated?: { readonly exitCode: number } };
}

/** Of a pod what tells why it is not ready. */
export interface WaitingPod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

const shownEvents = 3;

/** The pod, what its container waits for, its last events and the last line that the container wrote. */
export async function causeOf(kubectl: Kubectl, namespace: string, pod: WaitingPod): Promise<string> {
  const { name } = pod.metadata;
  const container = stuckContainer(pod);
  const [events, log] = await Promise.all([
    lastEvents(kubectl, namespace, name),
    container === undefined ? '' : lastLine(kubectl, namespace, name, container),
  ]);
  const lines = [
    ...events.map((message) => `event: ${message}`),
    ...(log === '' ? [] : [`last line of ${container?.name}: ${log}`]),
  ];
  return [waitingReason(namespace, pod), ...lines.map((line) => `  ${line}`)].join('\n');
}

/** One line without asking the cluster anything more. */
export function waitingReason(namespace: string, pod: WaitingPod): string {
  const { metadata, spec, status } = pod;
  const where = spec.nodeName === undefined ? 'no node' : spec.nodeName;
  const place = `pod ${namespace}/${metadata.name} on ${where}`;
  const container = stuckContainer(pod);
  const unscheduled = status?.conditions?.find(
    (condition) => condition.type === 'PodScheduled' && condition.status === 'False',
  );
  if (container === undefined) return `${place}: ${unscheduled?.message ?? status?.phase ?? 'no state yet'}`;
  const { waiting } = container.state ?? {};
  const ended = container.state?.terminated ?? container.lastState?.terminated;
  const said = [waiting?.reason ?? 'not ready', waiting?.message].filter(Boolean).join(': ');
  const times = container.restartCount === 0 ? '' : `, restarted ${container.restartCount} times`;
  const code = ended === undefined || ended.exitCode === 0 ? '' : `, exit code ${ended.exitCode}`;
  return `${place}: container ${container.name}: ${said}${code}${times}`;
}

/** Init containers run one after the other: the first that has not ended well is the one. */
function stuckContainer({ status }: WaitingPod): ContainerStatus | undefined {
  const first = status?.initContainerStatuses?.find(
    ({ state, ready }) => !ready && state?.terminated?.exitCode !== 0,
  );
  return first ?? status?.containerStatuses?.find(({ ready }) => !ready);
}

async function lastEvents(kubectl: Kubectl, namespace: string, pod: string): Promise<string[]> {
  const { items } = await kubectl.json<{ items: readonly { readonly message?: string }[] }>([
    ...['get', 'events', '--namespace', namespace, '--sort-by', '.lastTimestamp'],
    ...['--field-selector', `involvedObject.name=${pod},type=Warning`],
  ]);
  return [...new Set(items.flatMap(({ message }) => message ?? []))].slice(-shownEvents);
}

/** Of the run before where this one has not begun; what cannot be had is said in its place. */
async function lastLine(
  kubectl: Kubectl,
  namespace: string,
  pod: string,
  { name, restartCount, state }: ContainerStatus,
): Promise<string> {
  if (state?.waiting !== undefined && restartCount === 0) return '';
  const previous = state?.waiting === undefined ? [] : ['--previous'];
  const text = await kubectl
    .run(['logs', pod, '--namespace', namespace, '--container', name, '--tail', '1', ...previous])
    .catch(messageOf);
  return text.trim().split('\n').at(-1) ?? '';
}
