export type { Check, CheckResult, Evidence, VerifyLab } from './check.ts';
export { checksOfCli } from './cilium/cli-cases.ts';
export { tellGitHub } from './report/github.ts';
export { junit } from './report/junit.ts';
export { passed, type Report, setupFailure, withChecks } from './report/report.ts';
export { reportText } from './report/text.ts';
export { prepareJUnit, writeJUnit } from './report/write-junit.ts';
export { checkIds, type VerifyOptions, verify } from './verify.ts';
