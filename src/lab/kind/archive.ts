import { usageError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';

/** One image of an archive that `docker save` or a builder wrote. */
export interface ArchivedImage {
  /** In full, as containerd names it: `docker.io/library/debian:trixie`. */
  readonly name: string;
  /** Digest of its configuration: what the kubelet calls the image's id. */
  readonly config: string;
}

const listLimitMs = 120_000;

/** Reads an archive's own table of contents; the layers stay where they are. */
export async function imagesOfArchive(exec: Exec, archive: string): Promise<readonly ArchivedImage[]> {
  const { stdout, stderr, exitCode } = await exec(
    'tar',
    ['--extract', '--to-stdout', '--file', archive, 'manifest.json'],
    { allowFailure: true, timeoutMs: listLimitMs },
  );
  if (exitCode !== 0) {
    throw usageError('E_ARCHIVE', `${archive} is no archive of images: ${stderr.trim().split('\n')[0]}`, {
      fix: 'write it with docker image save --output FILE IMAGE, or with labctl images save',
    });
  }
  const images = parseManifest(stdout);
  if (images.length === 0) {
    throw usageError('E_ARCHIVE', `${archive} names no image`, {
      fix: 'save it by a name: docker image save --output FILE NAME:TAG',
    });
  }
  return images;
}

/** The configuration is `<digest>.json` where the engine keeps images itself, `blobs/sha256/<digest>` elsewhere. */
export function parseManifest(text: string): ArchivedImage[] {
  const entries = JSON.parse(text) as readonly {
    readonly Config: string;
    readonly RepoTags: readonly string[] | null;
  }[];
  return entries.flatMap(({ Config, RepoTags }) => {
    const [digest = ''] = /[0-9a-f]{64}/.exec(Config) ?? [];
    return (RepoTags ?? []).map((tag) => ({ name: fullName(tag), config: `sha256:${digest}` }));
  });
}

/** As containerd completes a name: what has no registry is Docker Hub's, what has no path is its library's. */
export function fullName(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${name}`;
  return /[.:]|^localhost$/.test(first) ? name : `docker.io/${name}`;
}
