import { btfById, openMapById, openProgram } from '../../bpf-sys/index.ts';
import { formatIp4 } from '../../core/ip.ts';
import type { Inspection } from '../../datapath/inspection.ts';
import { configPrefix, configSection, readConfigLayout, type VariableLayout } from '../../datapath/layout.ts';
import { decodeVariable } from '../../datapath/variable.ts';

/**
 * The configuration that a pinned program was verified with: the content of its frozen map, by the
 * variables that its own BTF names. Addresses as text, 64-bit numbers as text.
 */
export function inspectConfig(programPin: string): Inspection['config'] {
  const program = openProgram(programPin);
  const { mapIds, btfId } = program.info;
  program.close();
  const section = mapIds.map(sectionBytes).find((bytes) => bytes !== undefined);
  if (section === undefined) return {};
  return Object.fromEntries(
    readConfigLayout(btfById(btfId)).map((variable) => [
      variable.name.slice(configPrefix.length),
      shown(variable, section),
    ]),
  );
}

function sectionBytes(id: number): Buffer | undefined {
  const map = openMapById(id);
  const bytes = map.name === configSection ? map.lookup(Buffer.alloc(4)) : undefined;
  map.close();
  return bytes;
}

function shown(variable: VariableLayout, section: Buffer): number | string | boolean {
  const value = decodeVariable(variable, section);
  if (typeof value === 'bigint') return String(value);
  const { type } = variable;
  const isAddress = type.kind === 'number' && type.order === 'network' && type.size === 4;
  return isAddress ? formatIp4(Number(value)) : value;
}
