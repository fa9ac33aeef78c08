import { run, sh } from './cli.ts';

/** Everything that the container engine has, by what does not change as long as nobody touches it. */
export interface DockerInventory {
  readonly containers: readonly string[];
  readonly tags: readonly string[];
  readonly networks: readonly string[];
}

export async function dockerInventory(): Promise<DockerInventory> {
  const ids = await lines('docker', 'ps', '--all', '--quiet', '--no-trunc');
  const started = '{{.Id}} {{.Name}} {{.State.StartedAt}}';
  return {
    containers: ids.length === 0 ? [] : await lines('docker', 'inspect', '--format', started, ...ids),
    tags: await lines('docker', 'image', 'ls', '--format', '{{.Repository}}:{{.Tag}} {{.ID}}'),
    networks: await lines('docker', 'network', 'ls', '--no-trunc', '--format', '{{.ID}} {{.Name}}'),
  };
}

/** The same without what labs share: their last one takes such images along, no matter who built them. */
export const withoutLabImages = (inventory: DockerInventory): DockerInventory => ({
  ...inventory,
  tags: inventory.tags.filter((tag) => !tag.startsWith('labctl/')),
});

/** A command in a container; its standard output. */
export const inContainer = (container: string, ...argv: readonly string[]): Promise<string> =>
  sh('docker', 'exec', container, ...argv);

/** A container's address on the network of kind's nodes. */
export const kindAddress = async (container: string): Promise<string> =>
  (
    await sh('docker', 'inspect', '--format', '{{.NetworkSettings.Networks.kind.IPAddress}}', container)
  ).trim();

export const removeContainer = (name: string): Promise<unknown> => run('docker', ['rm', '--force', name], {});

const lines = async (file: string, ...args: readonly string[]): Promise<string[]> =>
  (await sh(file, ...args))
    .split('\n')
    .filter((line) => line !== '' && !line.includes('<none>'))
    .sort();
