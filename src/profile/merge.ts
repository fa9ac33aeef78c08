import { findProfile } from '../../profiles/index.ts';
import { type Layer, valueAt } from './layer.ts';
import type { Origin } from './origin.ts';
import { defaultLayer, profileLayer } from './outside-layers.ts';
import { type Setting, settings } from './settings.ts';

export interface Source {
  readonly layer: Layer;
  /** Paths that hold something wrong: what stands there is not used. */
  readonly broken: readonly string[];
}

export interface MergedSetting {
  readonly setting: Setting;
  readonly value: unknown;
  readonly origin: Origin;
  /** A stronger source tried to set it and failed. */
  readonly doubtful: boolean;
}

/** The valid value of the strongest source for every setting: given ones, strongest first, then profile, then defaults. */
export function merge(given: readonly Source[]): readonly MergedSetting[] {
  const chosen = pick(settingAt('spec.profile'), [...given, sound(defaultLayer)]);
  const profile = findProfile(String(chosen?.value));
  if (chosen === undefined || profile === undefined) throw new TypeError('no profile');
  const sources = [...given, sound(profileLayer(profile)), sound(defaultLayer)];
  return settings
    .map((setting) => pick(setting, sources) ?? derive(setting, sources))
    .map((one) => (one.origin.source === 'profile' && chosen.doubtful ? { ...one, doubtful: true } : one));
}

const sound = (layer: Layer): Source => ({ layer, broken: [] });

function pick(setting: Setting, sources: readonly Source[]): MergedSetting | undefined {
  const { path, keys } = setting;
  let doubtful = false;
  for (const { layer, broken } of sources) {
    if (broken.some((at) => isWithin(path, at) || isWithin(at, path))) doubtful = true;
    else {
      const value = valueAt(layer.document, keys);
      if (value !== undefined) return { setting, value, origin: layer.originOf(keys, 'value'), doubtful };
    }
  }
  return undefined;
}

/** Settings whose default is another setting's value. */
const derivedFrom: Readonly<Record<string, string>> = {
  'spec.network.nativeRoutingCIDR': 'spec.network.podCIDR',
};

function derive(setting: Setting, sources: readonly Source[]): MergedSetting {
  const from = derivedFrom[setting.path];
  const basis = from === undefined ? undefined : pick(settingAt(from), sources);
  if (from === undefined || basis === undefined) throw new TypeError(`${setting.path} has no default`);
  return { ...basis, setting, origin: { source: 'derived', from } };
}

function settingAt(path: string): Setting {
  const setting = settings.find((one) => one.path === path);
  if (setting === undefined) throw new TypeError(`no setting ${path}`);
  return setting;
}

const isWithin = (path: string, holder: string): boolean =>
  holder === '' || path === holder || path.startsWith(`${holder}.`);
