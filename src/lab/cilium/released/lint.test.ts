import { describe, expect, it } from 'vitest';
import { builtInUniverse, keysOfChart, lintValues, parseVersion, universeOf } from '../../../cilium/index.ts';
import { readSetStrings } from '../../../cilium/values/set-strings.ts';
import { inRange } from '../../../cilium/version.ts';
import { commonValues } from '../testing/common-values.ts';
import { cannotRender, chartOf, requestFor, setups, versions } from '../testing/released-charts.ts';
import { valuesToInstall } from '../values.ts';

/** What `values lint` goes by with a chart and without one. */
const universesOf = async (version: string) => ({
  chart: universeOf('chart', keysOfChart(await chartOf(version))),
  table: builtInUniverse(version),
});

describe.skipIf(cannotRender)('the linter and released charts', { timeout: 60_000 }, () => {
  it('has charts to go by', () => {
    expect(versions).not.toEqual([]);
  });

  it.each(versions)('%s: the built-in table has every key of the chart', async (version) => {
    const { table } = await universesOf(version);
    const keys = keysOfChart(await chartOf(version)).map((key) => key.replace(/\.\*$/, ''));
    expect(keys.filter((key) => !table.has(key))).toEqual([]);
  });

  it.each(versions)('%s: has nothing to say of what profiles install', async (version) => {
    for (const universe of Object.values(await universesOf(version))) {
      for (const [name, setup] of Object.entries(setups)) {
        const request = await requestFor(version, setup);
        const found = lintValues(valuesToInstall(request), { version: request.version, universe });
        expect(found, `${name} by ${universe.source}`).toEqual([]);
      }
    }
  });

  it.each(versions)('%s: tells the same of common values with the chart and without', async (version) => {
    for (const universe of Object.values(await universesOf(version))) {
      for (const [name, { sets, told = [], ...range }] of Object.entries(commonValues)) {
        if (!inRange(version, range)) continue;
        const found = lintValues(readSetStrings(sets), { version: parseVersion(version), universe });
        expect(
          found.map(({ key }) => key),
          `${name} by ${universe.source}`,
        ).toEqual(told);
      }
    }
  });
});
