import type { Layer } from './layer.ts';
import { documentOf } from './layer.ts';
import type { Origin } from './origin.ts';
import type { Profile } from './profile.ts';
import { defaultOf, type Setting, type SettingFlag, settings } from './settings.ts';

/** The layers above and below the lab file, as partial lab files of the same form. */

/** Options by commander's names (`podCidr`). Those that are no settings are ignored. */
export const flagLayer = (options: Readonly<Record<string, unknown>>): Layer =>
  textLayer(
    ({ option }) => {
      const given = options[option];
      return given === undefined ? undefined : [given].flat().join(',');
    },
    ({ name }) => ({ source: 'flag', name }),
  );

/** LABCTL_* variables. An empty one is as good as none. */
export const environmentLayer = (env: Readonly<Record<string, string | undefined>>): Layer =>
  textLayer(
    ({ variable }) => (env[variable] === '' ? undefined : env[variable]),
    ({ variable }) => ({ source: 'environment', name: variable }),
  );

export function profileLayer({ name, kubeProxyMode, datapath }: Profile): Layer {
  const { serviceLB, routing, ...switches } = datapath;
  const document = {
    spec: {
      network: { routing },
      datapath: { kubeProxyReplacement: serviceLB === 'bpf', kubeProxyMode, ...switches },
    },
  };
  return { document, originOf: () => ({ source: 'profile', name }) };
}

export const defaultLayer: Layer = {
  document: documentOf(
    settings
      .map((setting) => [setting.keys, defaultOf(setting)] as const)
      .filter(([, value]) => value !== undefined),
  ),
  originOf: () => ({ source: 'default' }),
};

function textLayer(
  textOf: (flag: SettingFlag) => string | undefined,
  originOf: (flag: SettingFlag) => Origin,
): Layer {
  const entries = settings.flatMap((setting) => {
    const text = setting.flag === undefined ? undefined : textOf(setting.flag);
    return text === undefined ? [] : [[setting.keys, setting.field.fromText(text)] as const];
  });
  return {
    document: documentOf(entries),
    originOf: (path) => {
      const flag = settingOf(path)?.flag;
      return flag === undefined ? { source: 'default' } : originOf(flag);
    },
  };
}

const settingOf = (path: readonly (string | number)[]): Setting | undefined =>
  settings.find(({ keys }) => keys.every((key, i) => path[i] === key));
