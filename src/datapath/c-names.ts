/** `lab_svc_key` -> `labSvcKey` */
export const camelCase = (name: string): string =>
  name.toLowerCase().replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `lab_svc_key` -> `LabSvcKey` */
export function pascalCase(name: string): string {
  const camel = camelCase(name);
  return camel.slice(0, 1).toUpperCase() + camel.slice(1);
}

/** Enumerators without the words that all of them start with: `LAB_SVC_NODEPORT` -> `nodeport`. */
export function memberNames(names: readonly string[]): readonly string[] {
  const words = names.map((name) => name.split('_'));
  const shortest = Math.min(...words.map((each) => each.length));
  let shared = 0;
  while (shared < shortest - 1 && words.every((each) => each[shared] === words[0]?.[shared])) shared += 1;
  return words.map((each) => camelCase(each.slice(shared).join('_')));
}
