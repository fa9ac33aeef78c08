import { describe, expect, it } from 'vitest';
import { intentsOf } from '../../../cilium/values/intents.ts';
import { inRange } from '../../../cilium/version.ts';
import { expectations } from '../testing/expected-objects.ts';
import { factsIn } from '../testing/facts-in.ts';
import { cannotRender, rendered, requestFor, setups, versions } from '../testing/released-charts.ts';
import { valuesToInstall } from '../values.ts';

describe.skipIf(cannotRender)(
  'what a profile wants, rendered by released charts',
  { timeout: 60_000 },
  () => {
    it('has charts', () => {
      expect(versions).not.toEqual([]);
    });

    it.each(versions)('%s', async (version) => {
      for (const [name, setup] of Object.entries(setups)) {
        const request = await requestFor(version, setup);
        const intents = intentsOf(request.lab, request.observe);
        const rows = expectations.filter((each) => inRange(version, each));
        expect(new Set(rows.map(({ intent }) => intent)), name).toEqual(new Set(Object.keys(intents)));
        const facts = factsIn(await rendered(request, valuesToInstall(request)));
        const wanted = rows.map(({ intent, key, word }) => [key, word(intents[intent])]);
        expect(Object.fromEntries(wanted.map(([key = '']) => [key, facts[key]])), name).toEqual(
          Object.fromEntries(wanted),
        );
      }
    });
  },
);
