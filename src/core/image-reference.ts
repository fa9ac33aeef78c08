import { usageError } from './errors.ts';

/** A container image by name; what has no registry is Docker Hub's. */
export interface ImageReference {
  /** `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** `library/debian`. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:` and 64 digits. */
  readonly digest?: string;
}

const word = '[a-z0-9]+(?:[._-]+[a-z0-9]+)*';
const pattern = new RegExp(
  String.raw`^(?<path>(?:${word}(?::\d+)?/)?${word}(?:/${word})*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$`,
);

/** Throws E_IMAGE_NAME, as for `cilium:v1.20.0@`, which a chart makes of an empty digest. */
export function parseImage(text: string): ImageReference {
  const { path, tag, digest } = pattern.exec(text)?.groups ?? {};
  if (path === undefined) {
    throw usageError('E_IMAGE_NAME', `${JSON.stringify(text)} is no name of an image`, {
      fix: 'REGISTRY/REPOSITORY:TAG, with @sha256:... or without',
    });
  }
  const [first = '', ...rest] = path.split('/');
  const hasRegistry = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const [registry, names] = hasRegistry ? [first, rest] : ['docker.io', [first, ...rest]];
  const isLibrary = !hasRegistry && names.length === 1;
  return {
    registry,
    repository: isLibrary ? `library/${names[0]}` : names.join('/'),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Registry, repository and tag: what nodes call it once it is loaded. */
export const imageName = ({ registry, repository, tag = 'latest' }: ImageReference): string =>
  `${registry}/${repository}:${tag}`;

export const imageText = (image: ImageReference): string =>
  image.digest === undefined ? imageName(image) : `${imageName(image)}@${image.digest}`;
