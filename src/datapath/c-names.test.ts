import { expect, test } from 'vitest';
import { camelCase, memberNames, pascalCase } from './c-names.ts';

test.each([
  ['lab_svc_key', 'labSvcKey', 'LabSvcKey'],
  ['lab_cfg_nodeport_first', 'labCfgNodeportFirst', 'LabCfgNodeportFirst'],
  ['REV_NAT', 'revNat', 'RevNat'],
  ['addr', 'addr', 'Addr'],
])('%s becomes %s and %s', (name, camel, pascal) => {
  expect(camelCase(name)).toBe(camel);
  expect(pascalCase(name)).toBe(pascal);
});

test.each([
  [
    ['LAB_SVC_NODEPORT', 'LAB_SVC_TWO_SCOPES'],
    ['nodeport', 'twoScopes'],
  ],
  [
    ['LAB_FROM_CONTAINER', 'LAB_TO_CONTAINER'],
    ['fromContainer', 'toContainer'],
  ],
  [['LAB_ONLY_ONE'], ['one']],
  // The last word always stays, even where all share it.
  [
    ['LAB_X', 'LAB_X_Y'],
    ['x', 'xY'],
  ],
])('enumerators %s lose their shared words', (names, members) => {
  expect(memberNames(names)).toEqual(members);
});
