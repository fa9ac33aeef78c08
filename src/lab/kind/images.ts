import { createHash } from 'node:crypto';
import { cp, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { makeDirectory } from '../../core/make-directory.ts';
import { projectRoot } from '../../platform/fs.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';

/** `agent-dev` is `agent` with a compiler. */
export type ImageName = 'agent' | 'agent-dev' | 'demo';

/** An image of the lab: what goes in decides its tag. */
export interface LabImage {
  readonly name: ImageName;
  readonly repository: string;
  readonly tag: string;
  /** Directory of the build context. */
  readonly context: string;
  /** `repository:tag`. */
  readonly reference: string;
  /** Never for images that are put into the nodes. */
  readonly pullPolicy: 'Never' | 'IfNotPresent';
  /** Paths below the project's root that go in. */
  readonly files: readonly string[];
  /** Its path below the project's root; the build context has it by its last part. */
  readonly dockerfile: string;
}

interface Recipe {
  readonly repository: string;
  /** Ends the tag. */
  readonly variant: string;
  readonly dockerfile: string;
  /** Directory of the build context that its files go to. */
  readonly context: string;
  /** Bundled programs, with the chunks that they import. */
  readonly programs: readonly string[];
  /** Files and directories that go in as they are. */
  readonly trees: readonly string[];
}

const agent: Recipe = {
  repository: 'labctl/agent',
  variant: '',
  dockerfile: 'templates/image/agent.Dockerfile',
  context: 'agent',
  programs: ['agent.js', 'operator.js'],
  trees: ['package.json', 'bpf', 'cni', 'node_modules/koffi', 'node_modules/@koromix'],
};
const recipes: Readonly<Record<ImageName, Recipe>> = {
  agent,
  'agent-dev': { ...agent, variant: '-dev' },
  demo: {
    repository: 'labctl/demo',
    variant: '',
    dockerfile: 'templates/image/demo.Dockerfile',
    context: 'demo',
    programs: ['demo-server.js', 'probe-client.js'],
    trees: ['package.json', 'templates/image/labctl-probe'],
  },
};

/** Finds what goes into an image and names it by that. */
export async function labImage(name: ImageName, root = projectRoot()): Promise<LabImage> {
  const { programs, trees, repository, variant, dockerfile, context } = recipes[name];
  const found = await Promise.all([
    ...programs.map((program) => programFiles(root, join('dist', program))),
    ...trees.map((tree) => filesBelow(root, tree)),
  ]);
  const files = [...new Set(found.flat())].sort();
  const hash = createHash('sha256');
  for (const file of [dockerfile, ...files]) {
    hash
      .update(`${file}\0`)
      .update(await readFile(join(root, file)))
      .update('\0');
  }
  const tag = `${hash.digest('hex').slice(0, 16)}${variant}`;
  const reference = `${repository}:${tag}`;
  return { name, repository, tag, reference, pullPolicy: 'Never', context, files, dockerfile };
}

/** The agent image of a lab. */
export const agentImage = ({ agent }: Pick<ResolvedLab, 'agent'>, root = projectRoot()): Promise<LabImage> =>
  labImage(agent.dev ? 'agent-dev' : 'agent', root);

/** The image as nodes pull it from a registry. */
export function inRegistry(image: LabImage, registry: string): LabImage {
  const repository = `${registry}/${image.repository}`;
  return { ...image, repository, reference: `${repository}:${image.tag}`, pullPolicy: 'IfNotPresent' };
}

/** Lays out the build context: Dockerfiles, and a directory for what goes into an image. */
export async function stageContext(
  images: readonly LabImage[],
  directory: string,
  root = projectRoot(),
): Promise<void> {
  for (const { context, files, dockerfile } of images) {
    await cp(join(root, dockerfile), join(directory, basename(dockerfile)));
    for (const file of files) {
      const to = join(directory, context, file);
      makeDirectory(dirname(to));
      await cp(join(root, file), to);
    }
  }
}

/** A bundled program and every chunk that it can reach: dist/ may hold chunks of earlier builds. */
async function programFiles(root: string, entry: string): Promise<string[]> {
  const seen = new Set<string>();
  const queue = [entry];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = await readFile(join(root, file), 'utf8');
    for (const [, specifier = ''] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+\.js)"/g)) {
      queue.push(join(dirname(file), specifier));
    }
  }
  return [...seen];
}

async function filesBelow(root: string, path: string): Promise<string[]> {
  const full = join(root, path);
  try {
    const entries = await readdir(full, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return [path];
    throw error;
  }
}
