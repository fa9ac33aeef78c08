export { type Collected, type Collector, openCollector } from './collect.ts';
export { type MetricRow, type Metrics, openMetrics } from './metrics.ts';
export { type Change, openTable, type Table, tableOf } from './table.ts';
