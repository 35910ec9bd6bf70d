import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import { idOf, type Marks } from '../../marks.ts';
import { FOLDER, READ } from './operations.ts';

/** Without a module's address it is the root module that has it. */
const ROOT_MODULE = 'root module';

const nameShape = (marks: Marks) =>
  z.union([
    marks.text(),
    z.strictObject({ personal: marks.personal() }).transform(({ personal }) => personal),
  ]);

const shape = (marks: Marks) =>
  marks.object({
    address: nameShape(marks),
    module: marks.text().nullable(),
    type: marks.text(),
    place: marks.text(),
    form: z.enum(['state', 'plan']),
    current: z.boolean(),
    facts: z.record(z.string(), nameShape(marks)),
    secrets: z.array(marks.object({ attribute: marks.text(), value: marks.secret() })),
  });

type Item = z.output<ReturnType<typeof shape>>;

const plain = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** RFC 3339 in UTC, or nothing where it is no moment. */
const moment = (value: unknown): string | undefined => {
  const at = new Date(plain(value) ?? '');
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
};

const ownerOf = ({ module }: Item) => ({ owner: module ?? ROOT_MODULE, ownerFrom: 'terraform' });

/** What a thing has that stands in a state: the file it was seen in comes with its exposures. */
const seen = (item: Item, kind: string) => ({ kind, ...ownerOf(item), terraformType: item.type });

const AWS_USER = 'aws-iam-user';
const entraId = (applicationId: string): string => `entra-application/${applicationId.toLowerCase()}`;

/** Where the identity is managed in another state it cannot be told here; the cloud's own source tells it. */
const held = ({ facts: { holder } }: Item, mapping: Mapping, idOfHolder: (given: string) => string) =>
  typeof holder === 'string' ? { holder: mapping.key('identity', idOfHolder(holder)) } : {};

function accessKey(item: Item, mapping: Mapping): Observed[] {
  const { id, status, create_date: created } = item.facts;
  if (plain(id) === undefined) return [];
  return [
    {
      class: 'credential',
      naturalId: `aws-access-key/${id}`,
      label: idOf(id as string),
      attributes: {
        ...seen(item, 'aws-access-key'),
        ...held(item, mapping, (user) => `${AWS_USER}/${user}`),
        created: moment(created),
        rotated: moment(created),
        expires: null,
        ...(plain(status) === undefined ? {} : { enabled: status === 'Active' }),
      },
      joins: [joins.awsKey(id as string)],
    },
  ];
}

const awsIdentity =
  (kind: string) =>
  (item: Item): Observed[] => {
    const { arn, name, unique_id: id } = item.facts;
    const known = [arn, id].flatMap((each) => plain(each) ?? []);
    const natural = plain(id) ?? arn;
    if (natural === undefined) return [];
    const naturalId = `${kind}/${idOf(natural)}`;
    const attributes = { ...seen(item, kind), created: moment(item.facts.create_date) };
    return [
      { class: 'identity', naturalId, label: name ?? item.address, attributes, joins: known.map(joins.aws) },
    ];
  };

const gcpAccount = (item: Item, email: string): Observed => ({
  class: 'identity',
  naturalId: `gcp-service-account/${email.toLowerCase()}`,
  label: email,
  attributes: { ...seen(item, 'gcp-service-account'), email },
  joins: [joins.gcp(email)],
});

/** As Google writes a key that never ends. */
const GCP_NEVER = '9999-12-31T23:59:59.000Z';
/** `projects/P/serviceAccounts/EMAIL/keys/KEY`. */
const GCP_KEY = /\/serviceAccounts\/([^/]+)\/keys\/([^/]+)$/;

function gcpKey(item: Item, mapping: Mapping): Observed[] {
  const [, email, key] = GCP_KEY.exec(plain(item.facts.name) ?? '') ?? [];
  if (email === undefined || key === undefined) return [];
  const account = gcpAccount(item, email);
  const expires = moment(item.facts.valid_before);
  return [
    account,
    {
      class: 'credential',
      naturalId: `gcp-key/${email.toLowerCase()}/${key}`,
      label: `key of ${email}`,
      attributes: {
        ...seen(item, 'gcp-service-account-key'),
        holder: mapping.key('identity', account.naturalId),
        keyId: key,
        created: moment(item.facts.valid_after),
        expires: expires === GCP_NEVER ? null : expires,
      },
    },
  ];
}

function entraApplication(item: Item): Observed[] {
  const id = plain(item.facts.client_id) ?? plain(item.facts.application_id);
  if (id === undefined) return [];
  const naturalId = entraId(id);
  const attributes = { ...seen(item, 'entra-application'), appId: id };
  return [{ class: 'identity', naturalId, label: item.address, attributes, joins: [joins.entra(id)] }];
}

function entraSecret(item: Item, mapping: Mapping): Observed[] {
  const { key_id: keyId, start_date: start, end_date: end } = item.facts;
  if (plain(keyId) === undefined) return [];
  const attributes = {
    ...seen(item, 'entra-client-secret'),
    ...held(item, mapping, entraId),
    keyId: plain(keyId),
    created: moment(start),
    expires: moment(end),
  };
  return [{ class: 'credential', naturalId: `entra-credential/${keyId}`, label: item.address, attributes }];
}

function privateKey(item: Item): Observed[] {
  const fingerprint = plain(item.facts.public_key_fingerprint_sha256);
  const spki = plain(item.facts.spki);
  const names = [
    ...(fingerprint === undefined ? [] : [joins.ssh(fingerprint)]),
    ...(spki === undefined ? [] : [joins.spki(spki)]),
  ];
  if (names.length === 0) return [];
  const attributes = {
    ...seen(item, 'private-key'),
    fingerprint,
    keyType: plain(item.facts.algorithm),
    location: item.place,
  };
  return [
    {
      class: 'credential',
      naturalId: `private-key/${names[0]}`,
      label: item.address,
      attributes,
      joins: names,
    },
  ];
}

/** Its cluster's issuer is not in a state, so it is joined with nothing. */
function kubernetesAccount(item: Item): Observed[] {
  const { name, namespace } = item.facts;
  if (plain(name) === undefined || name === '') return [];
  return [
    {
      class: 'identity',
      naturalId: `kubernetes/${item.place}/${idOf(item.address)}`,
      label: `${namespace}/${name}`,
      attributes: { ...seen(item, 'kubernetes-service-account'), namespace: plain(namespace) },
    },
  ];
}

/** A type is a word of a stranger's file: never looked up in an object, which has a `constructor`. */
const THINGS = new Map<string, (item: Item, mapping: Mapping) => Observed[]>(
  Object.entries({
    aws_iam_access_key: accessKey,
    aws_iam_user: awsIdentity(AWS_USER),
    aws_iam_role: awsIdentity('aws-iam-role'),
    google_service_account: (item: Item) => {
      const email = plain(item.facts.email);
      return email === undefined ? [] : [gcpAccount(item, email)];
    },
    google_service_account_key: gcpKey,
    azuread_application: entraApplication,
    azuread_service_principal: entraApplication,
    azuread_application_password: entraSecret,
    azuread_service_principal_password: entraSecret,
    tls_private_key: privateKey,
    kubernetes_service_account: kubernetesAccount,
    kubernetes_service_account_v1: kubernetesAccount,
  }),
);

const thingsOf = (item: Item, mapping: Mapping): Observed[] => THINGS.get(item.type)?.(item, mapping) ?? [];

/** `credential`: key of what the secret belongs to, where that is told too. */
const exposures = (item: Item, credential: { credential?: string }): Observed[] =>
  item.secrets.map(({ attribute, value: { fingerprint } }) => ({
    class: 'exposure',
    naturalId: `state-secret/${item.place}/${idOf(item.address)}/${attribute}`,
    label: typeof item.address === 'string' ? `${attribute} of ${item.address}` : item.address,
    attributes: {
      ...seen(item, 'terraform-secret'),
      ...credential,
      address: item.address,
      variable: attribute,
      form: item.form,
      current: item.current,
      fingerprint,
      location: item.place,
    },
  }));

export const state = defineListing({
  listing: 'state',
  about:
    'Terraform and OpenTofu states and plans: the secrets in them, and the credentials and identities of clouds',
  operations: [READ, FOLDER],
  shape,
  map(item, mapping) {
    const things = item.current ? thingsOf(item, mapping) : [];
    const credential = things.find((thing) => thing.class === 'credential');
    const exposed = credential && { credential: mapping.key('credential', credential.naturalId) };
    return [...exposures(item, exposed ?? {}), ...things];
  },
});
