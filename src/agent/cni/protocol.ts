/** Words of the CNI specification 1.1. */
export const supportedVersions = ['0.4.0', '1.0.0', '1.1.0'] as const;
export type CniVersion = (typeof supportedVersions)[number];
export const latestVersion: CniVersion = '1.1.0';

/** Error codes that the specification reserves, and the ones of this plug-in (100 and up). */
export const CniCode = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  unknownContainer: 3,
  invalidEnvironment: 4,
  ioFailure: 5,
  decodeFailure: 6,
  invalidConfig: 7,
  tryAgainLater: 11,
  notAvailable: 50,
  alreadyAttached: 100,
  attachmentDiffers: 101,
  failed: 102,
} as const;
export type CniCode = (typeof CniCode)[keyof typeof CniCode];

export class CniError extends Error {
  readonly code: CniCode;
  readonly details: string;

  constructor(code: CniCode, message: string, details = '', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CniError';
    this.code = code;
    this.details = details;
  }
}

export type Command = 'ADD' | 'DEL' | 'CHECK' | 'GC' | 'STATUS' | 'VERSION';

/** First version whose runtimes may send a command. */
export const commandSince: Readonly<Record<Command, CniVersion>> = {
  ADD: '0.4.0',
  DEL: '0.4.0',
  CHECK: '0.4.0',
  VERSION: '0.4.0',
  GC: '1.1.0',
  STATUS: '1.1.0',
};

export interface CniResult {
  readonly cniVersion: CniVersion;
  readonly interfaces: readonly {
    readonly name: string;
    readonly mac: string;
    readonly mtu?: number;
    readonly sandbox?: string;
  }[];
  readonly ips: readonly {
    /** Only up to 0.4.0. */
    readonly version?: '4';
    readonly address: string;
    readonly gateway: string;
    /** Index into `interfaces`. */
    readonly interface: number;
  }[];
  readonly routes: readonly { readonly dst: string; readonly gw: string }[];
  readonly dns: Readonly<Record<string, never>>;
}

export interface VersionInfo {
  readonly cniVersion: string;
  readonly supportedVersions: readonly CniVersion[];
}
