import {
  CniCode,
  CniError,
  type CniVersion,
  type Command,
  commandSince,
  supportedVersions,
} from './protocol.ts';

/** What the plug-in forwards: its environment and what it read from stdin. */
export interface RawRequest {
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

export interface Attachment {
  readonly containerId: string;
  readonly ifName: string;
}

export interface CniRequest extends Attachment {
  readonly command: Command;
  readonly version: CniVersion;
  /** Empty where the runtime gave none (DEL after the namespace went). */
  readonly netns: string;
  readonly args: Readonly<Record<string, string>>;
  /** Addresses of the previous result, undefined where the config has none. */
  readonly previousAddresses: readonly string[] | undefined;
  /** GC: attachments that are in use. */
  readonly validAttachments: readonly Attachment[] | undefined;
}

/** Checks form and words; throws a CniError that says which variable or field is wrong. */
export function parseRequest(raw: RawRequest): CniRequest {
  const command = parseCommand(raw.env.CNI_COMMAND);
  const config = parseConfig(raw.stdin);
  const version = parseVersion(config.cniVersion, command);
  const request: CniRequest = {
    command,
    version,
    containerId: raw.env.CNI_CONTAINERID ?? '',
    ifName: raw.env.CNI_IFNAME ?? '',
    netns: raw.env.CNI_NETNS ?? '',
    args: parseArgs(raw.env.CNI_ARGS ?? ''),
    previousAddresses: previousAddresses(config.prevResult),
    validAttachments: validAttachments(config['cni.dev/valid-attachments']),
  };
  for (const need of needs[command]) need(request);
  return request;
}

const namesAttachment = (request: CniRequest): void => {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,200}$/.test(request.containerId)) {
    throw invalid('CNI_CONTAINERID', request.containerId, 'letters, digits, "_", "." and "-"');
  }
  if (!/^(?!\.{1,2}$)[^\s/:"'#]{1,15}$/.test(request.ifName)) {
    throw invalid('CNI_IFNAME', request.ifName, 'a link name of 1 to 15 characters');
  }
};
const namesNamespace = (request: CniRequest): void => {
  if (!/^\/[^\s"'#]+$/.test(request.netns)) throw invalid('CNI_NETNS', request.netns, 'an absolute path');
};
const hasPreviousResult = (request: CniRequest): void => {
  if (request.previousAddresses === undefined) {
    throw new CniError(CniCode.invalidConfig, 'CHECK needs prevResult in the network configuration');
  }
};
const hasValidAttachments = (request: CniRequest): void => {
  if (request.validAttachments === undefined) {
    throw new CniError(CniCode.invalidConfig, 'GC needs cni.dev/valid-attachments');
  }
};

const needs: Readonly<Record<Command, readonly ((request: CniRequest) => void)[]>> = {
  ADD: [namesAttachment, namesNamespace],
  DEL: [namesAttachment],
  CHECK: [namesAttachment, namesNamespace, hasPreviousResult],
  GC: [hasValidAttachments],
  STATUS: [],
  VERSION: [],
};

const invalid = (variable: string, value: string, allowed: string): CniError =>
  new CniError(
    CniCode.invalidEnvironment,
    `${variable} is ${value === '' ? 'empty' : JSON.stringify(value)}; allowed: ${allowed}`,
  );

function parseCommand(text: string | undefined): Command {
  if (text !== undefined && Object.hasOwn(commandSince, text)) return text as Command;
  throw invalid('CNI_COMMAND', text ?? '', Object.keys(commandSince).join(', '));
}

function parseConfig(stdin: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(stdin);
  } catch (cause) {
    throw new CniError(CniCode.decodeFailure, 'the network configuration is not JSON', String(cause), cause);
  }
  if (!isObject(value)) throw new CniError(CniCode.decodeFailure, 'the network configuration is no object');
  return value;
}

function parseVersion(value: unknown, command: Command): CniVersion {
  const known: readonly unknown[] = supportedVersions;
  const index = known.indexOf(value);
  const version = supportedVersions[index];
  if (version === undefined) {
    // VERSION is how a runtime finds out what it may ask for, so it is answered whatever it says.
    if (command === 'VERSION') return supportedVersions[0];
    const message = `cniVersion ${JSON.stringify(value ?? '0.1.0')} is not supported`;
    throw new CniError(CniCode.incompatibleVersion, message, `supported: ${supportedVersions.join(', ')}`);
  }
  if (index < supportedVersions.indexOf(commandSince[command])) {
    const message = `${command} needs cniVersion ${commandSince[command]}, the configuration has ${version}`;
    throw new CniError(CniCode.incompatibleVersion, message);
  }
  return version;
}

function parseArgs(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(';').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

function previousAddresses(value: unknown): readonly string[] | undefined {
  if (!isObject(value)) return undefined;
  const ips = Array.isArray(value.ips) ? value.ips : [];
  return ips.flatMap((ip: unknown) => (isObject(ip) && typeof ip.address === 'string' ? [ip.address] : []));
}

function validAttachments(value: unknown): readonly Attachment[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((item: unknown) => {
    if (!isObject(item) || typeof item.containerID !== 'string' || typeof item.ifname !== 'string') {
      const message = 'cni.dev/valid-attachments: every item needs containerID and ifname';
      throw new CniError(CniCode.decodeFailure, message);
    }
    return { containerId: item.containerID, ifName: item.ifname };
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
