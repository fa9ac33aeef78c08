import { formatIp4, parseIp4 } from '../core/ip.ts';
import { labNameRule } from '../core/lab-name.ts';
import type { TextRule } from './field.ts';

/** The kinds of text that the lab file knows. */

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const ip4Network = `(${octet}\\.){3}${octet}/(3[0-2]|[12]?[0-9])`;

export const cidr: TextRule = {
  pattern: `^${ip4Network}$`,
  allowed: 'an IPv4 network such as 10.244.0.0/16',
  explain: explainCidr,
};

export const cidrOrAuto: TextRule = {
  pattern: `^(auto|${ip4Network})$`,
  allowed: 'auto, or an IPv4 network such as 172.30.0.0/24',
  explain: explainCidr,
};

export const portRange: TextRule = {
  pattern: '^[1-9][0-9]{0,4}-[1-9][0-9]{0,4}$',
  allowed: 'FIRST-LAST, two ports from 1 to 65535, such as 30000-32767',
};

export const labName: TextRule = {
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  maxLength: 32,
  without: '-pod(-|$)',
  allowed: labNameRule,
  explain: explainName,
};

export const registry: TextRule = {
  pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[1-9][0-9]{0,4})?$',
  allowed: 'a registry as image names write it: HOST or HOST:PORT',
};

export const endpointUrl: TextRule = {
  pattern: '^https?://[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[1-9][0-9]{0,4})?(/[-A-Za-z0-9._~/]*)?$',
  allowed: 'a URL: http://HOST:PORT or https://HOST',
};

export const oneLine: TextRule = { pattern: '^[^\\n]*$', allowed: 'one line of text' };

export const imagePrefix: TextRule = {
  pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[1-9][0-9]{0,4})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*)?$',
  allowed: 'where images go: HOST, HOST:PORT or HOST/PATH',
};

function explainCidr(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.includes(':')) return 'is IPv6; labs are IPv4 so far';
  const [address = '', prefix] = value.split('/');
  if (parseIp4(address) === undefined) return 'is not an IPv4 network';
  if (prefix === undefined) return `lacks its prefix length, as in ${formatIp4(parseIp4(address) ?? 0)}/16`;
  return 'has a prefix length that is not 0 to 32';
}

function explainName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.length > 32) return `is ${value.length} characters long, more than 32`;
  if (/-pod(-|$)/.test(value)) return 'contains -pod- or ends in -pod';
  return 'is not a DNS label';
}
