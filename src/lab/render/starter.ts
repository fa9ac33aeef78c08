import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../platform/fs.ts';

/**
 * The starter lab file. Its comments name the file, and its first line points editors at the schema
 * of this very installation: it is there without a network, and of the same version.
 */
export async function starterText(file: string): Promise<string> {
  const root = projectRoot();
  const template = await readFile(join(root, 'templates', 'lab', 'starter.labctl.yaml'), 'utf8');
  const schema = join(root, 'schemas', 'lab.schema.json');
  return template
    .replace(/(?<=^# yaml-language-server: \$schema=).*/, () => schema)
    .replaceAll('-f lab.labctl.yaml', () => `-f ${file}`);
}
