/**
 * Controller of an embedded lab: what scheduler, controllers and kubelets do in Kubernetes.
 * `run --lab NAME` works until SIGTERM; `probe` is its helper inside a node. The end of either leaves
 * pods and traffic as they are.
 */
const [verb = '', ...args] = process.argv.slice(2);

if (verb === 'run' && args[0] === '--lab' && args[1] !== undefined) {
  const { runController } = await import('./run.ts');
  await runController(args[1]);
} else if (verb === 'probe') {
  const { serveProbes } = await import('./probe-server.ts');
  await serveProbes();
} else {
  process.stderr.write('usage: controller run --lab NAME | controller probe\n');
  process.exitCode = 2;
}
