import type { Double, DoubleAnswer, DoubleRequest, HttpProvider, Plan } from '../../../testing/double.ts';
import { httpDouble } from '../../../testing/http-double.ts';
import { OPERATIONS } from '../operations.ts';
import { OPTIONAL_LISTINGS } from '../settings.ts';
import {
  jsonAnswer,
  type Question,
  queryAnswer,
  queryError,
  questionOf,
  sayable,
  type Tree,
} from './query.ts';

export const ACCOUNT = '111122223333';
const PAGE_ITEMS = 100;
const FORBIDDEN_REGION = 'eu-west-1';
const CREATED = '2024-05-06T07:08:09Z';
const REPORTED = '2026-01-02T03:04:05Z';

const idOf = (index: number): string => `AIDA${String(index).padStart(16, '0')}`;
export const keyIdOf = (index: number): string => `AKIA${String(index).padStart(16, '0')}`;
const arnOf = (index: number): string => `arn:aws:iam::${ACCOUNT}:user/${index}`;

function user(index: number, { name, fault, items }: Plan): Tree {
  const broken = fault === 'broken-item' && index === items - 1;
  return {
    UserName: name(index),
    ...(broken ? {} : { UserId: idOf(index) }),
    Arn: arnOf(index),
    Path: '/',
    CreateDate: CREATED,
    GroupList: [],
    Tags: [{ Key: 'owner', Value: 'payments team' }],
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);

/** The last full page says that there is more, and nothing comes: that is an end too. */
function userPage(form: URLSearchParams, plan: Plan): Tree {
  const { items, fault } = plan;
  const asked = Number(form.get('Marker') ?? 0);
  const start = fault === 'repeated-page' ? 0 : asked;
  const cut = fault === 'cut-page' && asked === PAGE_ITEMS ? PAGE_ITEMS / 2 : 0;
  const next = start + PAGE_ITEMS;
  const more = fault === 'empty-last-page' ? start < items : next < items;
  return {
    UserDetailList: range(start, Math.min(next, items) - cut).map((index) => user(index, plan)),
    ...EMPTY_DETAILS,
    IsTruncated: more,
    ...(more ? { Marker: String(next) } : {}),
  };
}

const EMPTY_DETAILS = { RoleDetailList: [], GroupDetailList: [], Policies: [] };

const csv = (text: string): string => `"${sayable(text).replaceAll('"', '""')}"`;

const COLUMNS =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,cert_1_active,cert_1_last_rotated,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,cert_2_active,cert_2_last_rotated';

function report({ items, name }: Plan): string {
  const rest = 'false,false,N/A,N/A,false,N/A,false,N/A,N/A,false,N/A';
  const rows = range(0, items).map(
    (index) => `${csv(name(index))},${arnOf(index)},${CREATED},false,N/A,N/A,${rest}`,
  );
  const root = `<root_account>,arn:aws:iam::${ACCOUNT}:root,${CREATED},not_supported,N/A,not_supported,${rest}`;
  return Buffer.from([COLUMNS, root, ...rows].join('\n')).toString('base64');
}

type Answering = (question: Question, plan: Plan) => Tree;

/** Access keys of the user with this number: two pages of one key each, so that paging of a list in a list is seen. */
function accessKeys({ form }: Question, { items, name }: Plan): Tree {
  const index = range(0, items).find((each) => sayable(name(each)) === form.get('UserName')) ?? -1;
  const second = form.get('Marker') !== null;
  return {
    AccessKeyMetadata: [
      {
        UserName: name(index),
        AccessKeyId: keyIdOf(index * 2 + Number(second)),
        Status: second ? 'Inactive' : 'Active',
        CreateDate: CREATED,
      },
    ],
    IsTruncated: !second,
    ...(second ? {} : { Marker: 'second' }),
  };
}

/** Answers of services that speak the query protocol. */
const QUERY: Record<string, Answering> = {
  'sts:GetCallerIdentity': () => ({
    Account: ACCOUNT,
    Arn: `arn:aws:iam::${ACCOUNT}:user/reader`,
    UserId: 'AIDAREADER',
  }),
  'iam:GetAccountSummary': (_question, { items, fault }) => ({
    SummaryMap: {
      entry: undefined,
      ...summary({
        Users: items + Number(fault === 'count-disagrees'),
        Groups: 0,
        Roles: 0,
        Policies: 0,
        InstanceProfiles: 0,
      }),
    },
  }),
  'iam:GetAccountAuthorizationDetails': ({ form }, plan) =>
    isUsers(form) ? userPage(form, plan) : { UserDetailList: [], ...EMPTY_DETAILS, IsTruncated: false },
  'iam:ListAccessKeys': accessKeys,
  'iam:GetAccessKeyLastUsed': () => ({
    UserName: 'any',
    AccessKeyLastUsed: { LastUsedDate: CREATED, ServiceName: 's3', Region: 'eu-central-1' },
  }),
  'iam:ListOpenIDConnectProviders': () => ({ OpenIDConnectProviderList: [] }),
  'iam:ListSAMLProviders': () => ({ SAMLProviderList: [] }),
  'iam:ListInstanceProfiles': () => ({ InstanceProfiles: [], IsTruncated: false }),
  'iam:GenerateCredentialReport': () => ({ State: 'COMPLETE' }),
  'iam:GetCredentialReport': (_question, plan) => ({
    Content: report(plan),
    ReportFormat: 'text/csv',
    GeneratedTime: REPORTED,
  }),
};

/** A map in XML: pairs of key and value; numbered here, since a tree has each name once. */
const summary = (counts: Record<string, number>): Record<string, Tree> =>
  Object.fromEntries(Object.entries(counts).map(([key, value], at) => [`entry${at}`, { key, value }]));

const JSON_ANSWERS: Record<string, object> = {
  'secretsmanager:ListSecrets': { SecretList: [] },
  'ssm:DescribeParameters': { Parameters: [] },
  'kms:ListKeys': { Keys: [], Truncated: false },
};

const isUsers = (form: URLSearchParams): boolean =>
  form.get('Filter.member.1') === 'User' && form.get('Filter.member.2') === null;

function answer(request: DoubleRequest, plan: Plan): DoubleAnswer {
  const question = questionOf(request);
  if (question === undefined) return queryError(400, 'InvalidAction');
  const told = JSON_ANSWERS[question.operation];
  if (told !== undefined) return jsonAnswer(told);
  const action = question.operation.split(':')[1] ?? '';
  const result = QUERY[question.operation]?.(question, plan);
  if (result === undefined) return queryError(400, 'InvalidAction');
  const { body, ...rest } = queryAnswer(action, result);
  return { ...rest, body: body.replace(/<(\/?)entry\d+>/g, '<$1entry>') };
}

const DECLARED = new Set(OPERATIONS.map(({ name }) => name));

/** IAM, STS and the regional services in one place, as a private endpoint has them. @param leaveOut see the settings */
export const awsProvider = (leaveOut: readonly string[]): HttpProvider => ({
  listing: 'users',
  settings: (endpoint) => ({
    endpoint,
    regions: ['us-east-1', FORBIDDEN_REGION],
    accessKeyId: 'AKIAEXAMPLE',
    organization: false,
    leaveOut,
  }),
  secrets: { secretAccessKey: 'not-a-secret' },
  operationOf(request) {
    const operation = questionOf(request)?.operation;
    return operation !== undefined && DECLARED.has(operation) ? operation : undefined;
  },
  isListing: (request) => {
    const question = questionOf(request);
    return question?.operation === 'iam:GetAccountAuthorizationDetails' && isUsers(question.form);
  },
  isPart: (request) => questionOf(request)?.region === FORBIDDEN_REGION,
  answer,
  refusal: (status) =>
    status === 403
      ? {
          headers: { 'content-type': 'application/x-amz-json-1.1' },
          body: '{"__type":"AccessDeniedException"}',
        }
      : queryError(status, `Status${status}`),
  not: {},
});

/** What is read user by user is left out: it would be ten thousand more calls, and other tests are about it. */
export const double: Double = httpDouble(
  awsProvider(OPTIONAL_LISTINGS.filter((listing) => listing !== 'credential-report')),
);
