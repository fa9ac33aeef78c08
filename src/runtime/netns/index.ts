/** The embedded runtime: nodes and pods are network namespaces and cgroups of this machine. */
export { createFabric, createHostLink } from './fabric.ts';
export { type Inventory, inventoryLines, lockPath, takeInventory } from './inventory.ts';
export { fixedNamespaces, type Layout, layOut, maxNodes, uplink } from './layout.ts';
export {
  controllerLog,
  runningController,
  startController,
  startRoleServer,
  stopController,
} from './processes.ts';
export { type NetnsRuntime, openNetnsRuntime } from './runtime.ts';
export {
  endProcesses,
  removeCgroupParent,
  removeHostLink,
  removeNamespaces,
  removePins,
  removeRunDirectory,
  removeSharedRoots,
  removeStateDirectory,
} from './teardown.ts';
