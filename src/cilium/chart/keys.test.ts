import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execLean } from '../../platform/exec-lean.ts';
import { lintValues } from '../lint/lint.ts';
import { universeOf } from '../lint/universe.ts';
import { readSetStrings } from '../values/set-strings.ts';
import { parseVersion } from '../version.ts';
import { keysOfChart } from './keys.ts';
import { readChart } from './read.ts';

const values = `debug:
  enabled: false
bpf:
  monitorAggregation: medium
#  masquerade: ~
hubble:
  tls: {}
`;
const template = `{{- $lb := .Values.loadBalancer }}
{{- if .Values.bpf.masquerade }}a{{ end }}
{{- if hasKey .Values.socketLB "enabled" }}b{{ end }}
{{- if hasKey .Values "devices" }}c{{ end }}
{{ $lb.mode }} {{ dig "k8s" "host" "none" .Values }}
{{ toYaml .Values.resources | indent 2 }}
{{- $sock := (coalesce .Values.sock .Values.old) -}}
{{ if hasKey $sock "hostOnly" }}d{{ end }}
{{ if dig "gone" "mode" "" .Values.AsMap }}{{ fail "with .Values.gone.mode=x" }}{{ end }}
{{ dig "cert" "" .Values.mesh.tls }}
`;
const script = 'if {{ .Values.inScript | quote }}; then exit; fi\n';

describe('keys of a chart', () => {
  let place = '';
  beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), 'labctl-chart-test-'));
    mkdirSync(join(place, 'cilium'));
    mkdirSync(join(place, 'cilium/templates'));
    writeFileSync(join(place, 'cilium/Chart.yaml'), 'name: cilium\nversion: 1.99.0\n');
    writeFileSync(join(place, 'cilium/values.yaml'), values);
    writeFileSync(join(place, 'cilium/templates/config.yaml'), template);
    mkdirSync(join(place, 'cilium/files'));
    writeFileSync(join(place, 'cilium/files/start.bash'), script);
  });
  afterAll(() => rmSync(place, { recursive: true }));

  const expected = [
    ...['bpf.masquerade', 'bpf.monitorAggregation', 'debug.enabled', 'devices', 'hubble.tls.*', 'k8s.host'],
    ...['loadBalancer', 'loadBalancer.mode', 'resources', 'resources.*', 'socketLB', 'socketLB.enabled'],
    ...['sock.hostOnly', 'old.hostOnly', 'gone.mode', 'mesh.tls.cert', 'inScript'],
  ];

  it('are those of values.yaml and those that templates read', async () => {
    const keys = keysOfChart(await readChart(execLean, join(place, 'cilium')));
    expect(keys.toSorted()).toEqual(expect.arrayContaining(expected));
    expect(keys.filter((key) => /AsMap|gone\.mode\./.test(key))).toEqual([]);
  });

  it('are the same from an archive, and the linter goes by them', async () => {
    await execLean('tar', ['-czf', join(place, 'cilium.tgz'), '-C', place, 'cilium']);
    const chart = await readChart(execLean, join(place, 'cilium.tgz'));
    const universe = universeOf('test', keysOfChart(chart));
    const set =
      'bpf.masquerade=false,hubble.tls.auto.method=helm,resources.limits.cpu=1,dubug.enabled=true,envoy.enabled=true';
    const found = lintValues(readSetStrings([set]), { version: parseVersion('1.20.0'), universe });
    expect(found.map(({ rule, key, use }) => [rule, key, use])).toEqual([
      ['unknown-key', 'dubug.enabled', 'debug.enabled: true'],
      ['unknown-key', 'envoy.enabled', undefined],
    ]);
  });

  it.each([
    ['of something else', 'name: nginx\nversion: 1.20.0\n', '', /the chart of nginx/],
    ['of no name', 'version: 1.20.0\n', '', /no Chart.yaml with name/],
    ['whose Chart.yaml is no YAML', 'name: [\n', '', /its Chart.yaml is no YAML: /],
    ['whose values are no YAML', 'name: cilium\nversion: 1.20.0\n', 'a: [\n', /its values.yaml is no YAML: /],
  ])('one %s is none', async (_, described, its, message) => {
    const where = join(place, 'other');
    mkdirSync(where, { recursive: true });
    writeFileSync(join(where, 'Chart.yaml'), described);
    writeFileSync(join(where, 'values.yaml'), its);
    const thrown = { code: 'E_CHART', exitCode: 2, message: expect.stringMatching(message) };
    await expect(readChart(execLean, where)).rejects.toMatchObject(thrown);
  });

  it.each(['/no/such/place', import.meta.filename])('%s is no chart', async (where) => {
    await expect(readChart(execLean, where)).rejects.toMatchObject({ code: 'E_CHART', exitCode: 2 });
  });
});
