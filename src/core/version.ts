import manifest from '../../package.json' with { type: 'json' };

/** The version of labctl, as package.json has it. */
export const labctlVersion: string = manifest.version;
