export type { Check, CheckResult, Evidence, VerifyLab } from './check.ts';
export { tellGitHub } from './report/github.ts';
export { junit, writeJUnit } from './report/junit.ts';
export { passed, type Report, setupFailure } from './report/report.ts';
export { reportText } from './report/text.ts';
export { checkIds, type VerifyOptions, verify } from './verify.ts';
