import { type Probe, trying } from './probe.ts';

/** What real clusters need; neither root, clang nor libbpf is among it. */
export const containerProbes: readonly Probe[] = [
  {
    id: 'container.engine',
    title: 'a container engine answers',
    need: "kind's nodes are containers",
    runtimes: ['kind'],
    run: trying('docker', ['version', '--format', '{{.Server.Version}}']),
    fix: 'install Docker, and start it: https://docs.docker.com/engine/install',
  },
  {
    id: 'container.kind',
    title: 'kind',
    need: 'it makes the cluster',
    runtimes: ['kind'],
    run: trying('kind', ['version', '-q']),
    fix: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
  },
  {
    id: 'container.helm',
    title: 'helm',
    need: 'the datapath is installed by a chart',
    runtimes: ['kind', 'existing'],
    run: trying('helm', ['version', '--template', '{{.Version}}']),
    fix: 'https://helm.sh/docs/intro/install',
  },
  {
    id: 'container.kubectl',
    title: 'kubectl',
    need: 'manifests are applied with it',
    runtimes: ['kind', 'existing'],
    run: trying('kubectl', ['version', '--client']),
    fix: 'https://kubernetes.io/docs/tasks/tools',
  },
];
