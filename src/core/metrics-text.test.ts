import { expect, test } from 'vitest';
import { metricsText } from './metrics-text.ts';

test('writes help, type and samples, with labels escaped', () => {
  const samples = [{ labels: { reason: 'a "b"\\\n', direction: 'in' }, value: 3 }, { value: 0.5 }];
  expect(metricsText([{ name: 'labctl_x_total', type: 'counter', help: 'One\nline', samples }])).toBe(
    [
      '# HELP labctl_x_total One\\nline',
      '# TYPE labctl_x_total counter',
      'labctl_x_total{reason="a \\"b\\"\\\\\\n",direction="in"} 3',
      'labctl_x_total 0.5',
      '',
    ].join('\n'),
  );
});
