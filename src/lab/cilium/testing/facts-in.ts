import { isTree, valueUnder } from '../../../cilium/index.ts';
import { configIn, kindAndName } from '../manifests.ts';

type Facts = Readonly<Record<string, string>>;

/** All that rendered objects say of intents: cilium-config, where agent and operator look for the API server, replicas. */
export function factsIn(objects: readonly unknown[]): Facts {
  const [agent, operator] = [
    named(objects, 'DaemonSet/cilium'),
    named(objects, 'Deployment/cilium-operator'),
  ];
  const facts = {
    ...configIn(objects),
    ...environment('agent', agent, 'cilium-agent'),
    ...environment('operator', operator, 'cilium-operator'),
    'operator replicas': valueUnder(operator, 'spec.replicas'),
  };
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) =>
      value === undefined || value === null || value === '' ? [] : [[key, String(value).trim()]],
    ),
  );
}

const named = (objects: readonly unknown[], name: string): unknown =>
  objects.find((object) => isTree(object) && kindAndName(object) === name);

function environment(who: string, workload: unknown, container: string): Facts {
  const containers = valueUnder(workload, 'spec.template.spec.containers');
  const found = Array.isArray(containers)
    ? containers.find((one) => valueUnder(one, 'name') === container)
    : {};
  const variables = valueUnder(found, 'env');
  return Object.fromEntries(
    (Array.isArray(variables) ? variables : []).flatMap((one) => {
      const value = valueUnder(one, 'value');
      return value === undefined ? [] : [[`${who} ${String(valueUnder(one, 'name'))}`, String(value)]];
    }),
  );
}
