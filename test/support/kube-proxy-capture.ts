import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a real kube-proxy wrote for the table of cases: test/fixtures/kube-proxy. */
const fixtures = join(import.meta.dirname, '../fixtures/kube-proxy/v1.34');

export const capturedFile = (name: string): string => join(fixtures, name);
export const captured = (name: string): string => readFileSync(capturedFile(name), 'utf8');

/** What kube-proxy writes where the machine has no nfacct. */
export const withoutNfacct = (rules: string): string =>
  rules.replace(/^.*localhost_nps_accepted_pkts.*\n/gm, '').replaceAll(/ -m nfacct --nfacct-name \S+/g, '');
