/** What the controller of an embedded lab reads at its start. */
export interface ControllerConfig {
  readonly schema: 'labctl.dev/controller/v1';
  readonly lab: string;
  /** The CNI plug-in that it calls for pods, as a kubelet does. */
  readonly cniPlugin: string;
}
