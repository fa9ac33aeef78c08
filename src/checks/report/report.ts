import type { DatapathConfig } from '../../core/agent-config.ts';
import { LabError, messageOf } from '../../core/errors.ts';
import type { ProfileName } from '../../profile/profile.ts';
import type { RuntimeName } from '../../runtime/port.ts';
import type { CheckKind, CheckResult, CheckStatus, VerifyLab } from '../check.ts';

/** What `verify -o json` prints. Published as schemas/verify.schema.json. */
export interface Report {
  readonly schema: 'labctl.dev/verify/v1';
  readonly lab: string;
  /** `unknown` where the lab could not be opened. */
  readonly profile: ProfileName | 'unknown';
  readonly runtime: RuntimeName | 'unknown';
  readonly requested: Mode | ActiveMode;
  readonly active: ActiveMode;
  readonly checks: readonly ReportedCheck[];
  readonly summary: Summary;
}

/** The same report with checks that something else ran. */
export const withChecks = (report: Report, more: readonly CheckResult[]): Report => {
  const checks = [...report.checks, ...more];
  const durationMs = more.reduce((sum, check) => sum + check.durationMs, report.summary.durationMs);
  return { ...report, checks, summary: summarise(checks, durationMs) };
};

/** How Services are balanced, how pods are masqueraded and who forwards their packets. */
export interface Mode {
  readonly mode: ProfileName;
  readonly serviceLB: DatapathConfig['serviceLB'];
  readonly masquerade: DatapathConfig['masquerade'];
  readonly routing: DatapathConfig['hostRouting'];
}

/** The same from kernel evidence. `mixed`: nodes or mechanisms disagree; `unknown`: nothing was found or looked at. */
export interface ActiveMode {
  readonly mode: Mode['mode'] | Undecided;
  readonly serviceLB: Mode['serviceLB'] | Undecided;
  readonly masquerade: Mode['masquerade'] | Undecided;
  readonly routing: Mode['routing'] | Undecided;
}
export type Undecided = 'mixed' | 'unknown';

export interface ReportedCheck {
  readonly id: string;
  readonly kind: CheckKind | 'setup';
  readonly sentence: string;
  readonly status: CheckStatus;
  readonly reason?: string;
  readonly durationMs: number;
  readonly evidence: readonly {
    readonly what: string;
    readonly expected: string;
    readonly observed: string;
    readonly command: string;
    readonly ok: boolean;
  }[];
}

export type Summary = Readonly<Record<CheckStatus, number>> & {
  readonly total: number;
  readonly durationMs: number;
};

export interface ReportInput {
  readonly lab: VerifyLab;
  readonly runtime: RuntimeName;
  readonly active: ActiveMode;
  readonly checks: readonly CheckResult[];
  readonly durationMs: number;
}

export const makeReport = ({ lab, runtime, active, checks, durationMs }: ReportInput): Report => ({
  schema: 'labctl.dev/verify/v1',
  lab: lab.name,
  profile: lab.profile,
  runtime,
  requested: requestedMode(lab),
  active,
  checks,
  summary: summarise(checks, durationMs),
});

export const requestedMode = ({ profile, datapath }: Pick<VerifyLab, 'profile' | 'datapath'>): Mode => ({
  mode: profile,
  serviceLB: datapath.serviceLB,
  masquerade: datapath.masquerade,
  routing: datapath.hostRouting,
});

export const unknownMode: ActiveMode = {
  mode: 'unknown',
  serviceLB: 'unknown',
  masquerade: 'unknown',
  routing: 'unknown',
};

/** What is known of a lab whose set-up failed: at least its name. */
export interface FailedLab {
  readonly name: string;
  readonly profile?: ProfileName;
  readonly datapath?: DatapathConfig;
  readonly runtime?: string;
}

/** The report of a lab that did not come up: one case, so that a reader of JUnit sees why. */
export function setupFailure(lab: FailedLab, error: unknown): Report {
  const fix = error instanceof LabError && error.fix !== undefined ? ` (${error.fix})` : '';
  const check: ReportedCheck = {
    id: 'setup.up',
    kind: 'setup',
    sentence: 'the lab comes up',
    status: 'error',
    reason: `${messageOf(error)}${fix}`,
    durationMs: 0,
    evidence: [],
  };
  return {
    schema: 'labctl.dev/verify/v1',
    lab: lab.name,
    profile: lab.profile ?? 'unknown',
    runtime: runtimes.find((name) => name === lab.runtime) ?? 'unknown',
    requested:
      lab.profile === undefined || lab.datapath === undefined
        ? unknownMode
        : requestedMode({ profile: lab.profile, datapath: lab.datapath }),
    active: unknownMode,
    checks: [check],
    summary: summarise([check], 0),
  };
}

const runtimes: readonly RuntimeName[] = ['netns', 'kind', 'existing'];

/** Skipped is not failed, yet a report with nothing passed proves nothing. */
export const passed = ({ summary }: Report): boolean =>
  summary.failed === 0 && summary.error === 0 && summary.passed > 0;

function summarise(checks: readonly ReportedCheck[], durationMs: number): Summary {
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  return {
    total: checks.length,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    error: count('error'),
    durationMs: Math.round(durationMs),
  };
}
