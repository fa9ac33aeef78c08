import { conflict, environmentError, LabError } from '../core/errors.ts';

/**
 * A refusal of the container engine, which docker, kind and ctr pass on in its own words, as an error that
 * says what to do: undefined where it is none of those that a machine or its user can be at fault for.
 */
export function engineError(error: unknown): LabError | undefined {
  if (!(error instanceof LabError) || error.code !== 'E_COMMAND') return undefined;
  const said = error.message;
  if (/no space left on device/i.test(said)) {
    return environmentError('E_NO_SPACE', `the container engine: no space is left${lastWords(said)}`, {
      cause: error,
      fix: 'docker system df shows what takes the room, docker system prune frees what nobody uses',
    });
  }
  const port = /(?:Bind for|listen tcp4?|bind host port(?: for)?) (\S+?:\d+)/.exec(said)?.[1];
  if (port !== undefined && /already (?:in use|allocated)/.test(said)) {
    return conflict('E_PORT_TAKEN', `${port} is in use by another program or container`, {
      cause: error,
      fix: `ss -ltnp shows who listens there; end that, or name another hostPort in the lab's extraPortMappings`,
    });
  }
  const image = pulls.map((pull) => pull.exec(said)?.[1]).find((name) => name !== undefined);
  if (image !== undefined) {
    return environmentError('E_IMAGE_PULL', `${image} is not here and cannot be pulled${lastWords(said)}`, {
      cause: error,
      fix: 'correct its name, reach its registry, or bring it: docker load --input FILE',
    });
  }
  return undefined;
}

/** How kind, both builders and the engine begin when an image cannot be had. */
const pulls: readonly RegExp[] = [
  /failed to pull image "([^"]+)"/,
  /failed to resolve source metadata for ([^\s]+?):? /,
  // The classic builder tells the image in the step, and of the refusal no more than the registry.
  /Step \d+\/\d+ : FROM (\S+)[^\n]*\n(?:Get "|[^\n]*(?:pull access denied|manifest for|manifest unknown))/,
  /pull access denied for ([^\s,]+)/,
  /manifest for (\S+) not found/,
  /Get "https?:\/\/([^"/]+)\/v2\//,
];

const lastWords = (said: string): string => {
  const line = said
    .split('\n')
    .filter((each) => /Error|failed|no space|denied|dial/i.test(each))
    .at(-1);
  return line === undefined ? '' : `: ${line.replace(/^.*Error response from daemon: /, '').trim()}`;
};
