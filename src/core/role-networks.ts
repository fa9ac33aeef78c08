import type { Cidr4 } from './ip.ts';

/** Where client and world host of an embedded lab live: documentation networks (RFC 5737), only seen inside its namespaces. */
export const roleNetworks = { client: '203.0.113.0/24' as Cidr4, world: '198.51.100.0/24' as Cidr4 };
