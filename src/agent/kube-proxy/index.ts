export {
  type KubeProxy,
  type KubeProxyApplied,
  type KubeProxyHost,
  type KubeProxyState,
  removeKubeProxy,
  startKubeProxy,
} from './apply.ts';
export { isKubeProxyChain } from './names.ts';
export { type KubeProxyInput, normaliseIptablesSave, renderKubeProxy } from './render.ts';
export { procSysctl, type Sysctl } from './sysctls.ts';
