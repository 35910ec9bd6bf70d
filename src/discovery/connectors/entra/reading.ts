import type { RawPage } from '../../contract.ts';
import { forEachParent, type Remembered, remembering } from '../../paging.ts';
import type { Graph } from './graph.ts';
import type { EntraSettings } from './settings.ts';

const APPLICATION_FIELDS =
  'id,appId,displayName,createdDateTime,signInAudience,serviceManagementReference,disabledByMicrosoftStatus,createdByAppId,passwordCredentials,keyCredentials';
const PRINCIPAL_FIELDS =
  'id,appId,displayName,servicePrincipalType,accountEnabled,appOwnerOrganizationId,alternativeNames,appRoles,passwordCredentials,keyCredentials';
const PERSON_FIELDS = 'id,displayName,userPrincipalName';

type Raw = Record<string, unknown>;

interface Known {
  id: string;
  appId: string;
  name: string;
  keys: string[];
}

interface KnownPrincipal extends Known {
  type: unknown;
  sort: unknown;
  /** Its app roles: id to word. */
  roles: Map<string, string>;
}

const rawOf = (value: unknown): Raw => (typeof value === 'object' && value !== null ? (value as Raw) : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): Raw[] => (Array.isArray(value) ? value.map(rawOf) : []);

const holderOf = ({ id, appId }: Pick<Known, 'id' | 'appId'>) => ({ id, appId });

/** What other listings need of an item; undefined for one that breaks its shape and is dropped. */
function knownOf(item: unknown): Known | undefined {
  const raw = rawOf(item);
  const id = textOf(raw.id);
  if (id === '') return undefined;
  const keys = [...listOf(raw.passwordCredentials), ...listOf(raw.keyCredentials)];
  const appId = textOf(raw.appId);
  return {
    id,
    appId,
    name: textOf(raw.displayName) || appId || id,
    keys: keys.map(({ keyId }) => textOf(keyId)),
  };
}

function principalOf(item: unknown): KnownPrincipal | undefined {
  const known = knownOf(item);
  const raw = rawOf(item);
  const roles = listOf(raw.appRoles).map(({ id, value }) => [textOf(id), textOf(value)] as const);
  return (
    known && { ...known, type: raw['@odata.type'], sort: raw.servicePrincipalType, roles: new Map(roles) }
  );
}

/** The page with its items put in another form; items for which nothing comes back are left out. */
async function* reshaped(
  pages: AsyncIterable<RawPage>,
  form: (item: Raw) => unknown,
): AsyncGenerator<RawPage> {
  for await (const page of pages)
    yield { ...page, items: page.items.map((item) => form(rawOf(item))).filter((item) => item !== null) };
}

/** Each listing's pages. Applications and service principals are read once for all that hangs on them. */
export class Reading {
  readonly #graph: Graph;
  readonly #settings: EntraSettings;
  readonly #applications: Remembered<Known>;
  readonly #principals: Remembered<KnownPrincipal>;

  constructor(graph: Graph, settings: EntraSettings) {
    this.#graph = graph;
    this.#settings = settings;
    this.#applications = remembering(() => this.#collection('applications', APPLICATION_FIELDS), knownOf);
    this.#principals = remembering(
      () => this.#collection('servicePrincipals', PRINCIPAL_FIELDS),
      principalOf,
    );
  }

  listing(name: string): AsyncIterable<RawPage> {
    const read = this.#listings[name];
    if (read === undefined) throw new Error(`no listing ${name}`);
    return read();
  }

  readonly #listings: Record<string, () => AsyncIterable<RawPage>> = {
    applications: () => this.#applications.pages(),
    'service-principals': () => this.#principals.pages(),
    'application-owners': () => this.#people('applications', 'owners'),
    'service-principal-owners': () => this.#people('servicePrincipals', 'owners'),
    'federated-credentials': () => this.#federated(),
    'app-role-assignments': () => this.#assignments(),
    'delegated-grants': () => this.#grants(),
    'directory-roles': () => this.#roles(),
    'agent-blueprints': () => this.#people('applications/microsoft.graph.agentIdentityBlueprint', 'sponsors'),
    'agent-identities': () => this.#people('servicePrincipals/microsoft.graph.agentIdentity', 'sponsors'),
    'sign-ins': () => this.#signIns(),
    'credential-sign-ins': () => this.#keySignIns(),
  };

  async #principalsById(): Promise<Map<string, KnownPrincipal>> {
    return new Map((await this.#principals.all()).map((principal) => [principal.id, principal]));
  }

  #collection(path: string, fields: string): AsyncIterable<RawPage> {
    const options = { $top: String(this.#settings.pageSize), $select: fields };
    const name = `/v1.0/${path}`;
    return this.#graph.pages({ operation: `GET ${name}`, path: name, options, counted: true });
  }

  /** Graph shows at most 20 owners or sponsors here: enough for who is to be asked first. */
  #people(path: string, what: string): AsyncIterable<RawPage> {
    const name = `/v1.0/${path}`;
    const options = {
      $top: String(this.#settings.pageSize),
      $expand: `${what}($select=${PERSON_FIELDS})`,
    };
    return this.#graph.pages({ operation: `GET ${name}`, path: name, options });
  }

  async *#federated(): AsyncGenerator<RawPage> {
    const operation = 'GET /v1.0/applications/{id}/federatedIdentityCredentials';
    yield* forEachParent({
      operation,
      parents: await this.#applications.all(),
      nameOf: ({ id }) => `application ${id}`,
      read: ({ id }) =>
        this.#graph.pages({
          operation,
          path: `/v1.0/applications/${encodeURIComponent(id)}/federatedIdentityCredentials`,
        }),
      itemsOf: (holder, raw) => raw.map((credential) => ({ application: holderOf(holder), credential })),
    });
  }

  async *#assignments(): AsyncGenerator<RawPage> {
    const operation = 'GET /v1.0/servicePrincipals/{id}/appRoleAssignments';
    const byId = await this.#principalsById();
    const named = (item: unknown) => {
      const assignment = rawOf(item);
      const role = byId.get(textOf(assignment.resourceId))?.roles.get(textOf(assignment.appRoleId));
      return { ...assignment, role: role === '' ? undefined : role };
    };
    yield* forEachParent({
      operation,
      parents: [...byId.values()],
      nameOf: ({ id }) => `service principal ${id}`,
      read: ({ id }) =>
        this.#graph.pages({
          operation,
          path: `/v1.0/servicePrincipals/${encodeURIComponent(id)}/appRoleAssignments`,
        }),
      itemsOf: (holder, raw) =>
        raw.length === 0 ? [] : [{ principal: holderOf(holder), assignments: raw.map(named) }],
    });
  }

  async *#grants(): AsyncGenerator<RawPage> {
    const byId = await this.#principalsById();
    const path = '/v1.0/oauth2PermissionGrants';
    const options = { $top: String(this.#settings.pageSize) };
    yield* reshaped(this.#graph.pages({ operation: `GET ${path}`, path, options }), (grant) => ({
      ...grant,
      client: holderOf(byId.get(textOf(grant.clientId)) ?? { id: textOf(grant.clientId), appId: '' }),
      resourceName: byId.get(textOf(grant.resourceId))?.name,
    }));
  }

  /** Roles of people are none of a machine's business and are not kept. */
  async *#roles(): AsyncGenerator<RawPage> {
    const byId = await this.#principalsById();
    const path = '/v1.0/roleManagement/directory/roleAssignments';
    const options = { $expand: 'roleDefinition' };
    yield* reshaped(this.#graph.pages({ operation: `GET ${path}`, path, options }), (assignment) => {
      const holder = byId.get(textOf(assignment.principalId));
      return holder === undefined ? null : { ...assignment, principal: holderOf(holder) };
    });
  }

  async *#signIns(): AsyncGenerator<RawPage> {
    const byApp = new Map((await this.#principals.all()).map((known) => [known.appId, known]));
    const path = '/beta/reports/servicePrincipalSignInActivities';
    yield* reshaped(this.#graph.pages({ operation: `GET ${path}`, path }), (item) => {
      const known = byApp.get(textOf(item.appId));
      if (known === undefined) return item;
      const { name, type, sort } = known;
      return { ...item, principal: { ...holderOf(known), name, type, sort } };
    });
  }

  async *#keySignIns(): AsyncGenerator<RawPage> {
    const holders = [...(await this.#applications.all()), ...(await this.#principals.all())];
    const byKey = new Map(holders.flatMap(({ keys, name }) => keys.map((key) => [key, name] as const)));
    const path = '/beta/reports/appCredentialSignInActivities';
    yield* reshaped(this.#graph.pages({ operation: `GET ${path}`, path }), (item) => ({
      ...item,
      holderName: byKey.get(textOf(item.keyId)),
    }));
  }
}
