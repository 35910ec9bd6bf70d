import { z } from 'zod';
import { GRANTS_MAX } from '#verifier';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import { told } from '../../told.ts';

const SECOND_MS = 1000;
/** 9999-12-31: no later moment has a form in RFC 3339. */
const SECONDS_MAX = 253_402_300_799;
const KIND = 'slack-app';

const appId = (id: string): string => `app/${id}`;
/** The same app in another workspace. */
const joinOf = (id: string): string => `slack-app:${id}`;
const seconds = () => z.coerce.number().min(0).max(SECONDS_MAX);
const momentOf = (at: number | undefined): string | undefined =>
  at === undefined || at === 0 ? undefined : new Date(at * SECOND_MS).toISOString();

const appShape = (marks: Marks) =>
  marks.object({
    app: marks.object({
      id: marks.text(),
      name: marks.text().optional(),
      is_internal: z.boolean().optional(),
      is_app_directory_approved: z.boolean().optional(),
    }),
    scopes: z
      .array(
        marks.object({
          name: marks.text(),
          token_type: marks.text().nullish(),
          is_sensitive: z.boolean().optional(),
        }),
      )
      .nullish(),
    date_updated: seconds().optional(),
    last_resolved_by: marks
      .object({ actor_id: marks.personal().optional(), actor_type: marks.text().optional() })
      .nullish(),
  });

type App = z.output<ReturnType<typeof appShape>>;
type Approval = 'approved' | 'restricted';

/** Scopes that begin so reach every workspace and member. */
const isAdministrator = (scope: string): boolean => /^admin([.:]|$)/.test(scope);

function permissionsOf(item: App, mapping: Mapping): Observed[] {
  const byType = Map.groupBy(item.scopes ?? [], ({ token_type: type }) => type ?? 'any');
  return [...byType].flatMap(([type, some]) => {
    const scopes = [...new Set(some.map(({ name }) => name))].sort();
    return Array.from({ length: Math.ceil(scopes.length / GRANTS_MAX) }, (_, index) => ({
      class: 'permission' as const,
      naturalId: `scopes/${item.app.id}/${type}${index === 0 ? '' : `/${index + 1}`}`,
      label: `${type} scopes of ${item.app.name ?? item.app.id}`,
      attributes: {
        kind: 'slack-scopes',
        holder: mapping.key('identity', appId(item.app.id)),
        path: `${type} token of the app`,
        grants: scopes
          .slice(index * GRANTS_MAX, (index + 1) * GRANTS_MAX)
          .map((scope) => `${scope} on ${mapping.partition}`),
        administrator: scopes.some(isAdministrator),
      },
    }));
  });
}

const fromApp =
  (approval: Approval) =>
  (item: App, mapping: Mapping): Observed[] => {
    const { app, last_resolved_by: resolved } = item;
    const identity: Observed = {
      class: 'identity',
      naturalId: appId(app.id),
      label: app.name ?? app.id,
      attributes: {
        kind: KIND,
        appId: app.id,
        approval,
        enabled: approval === 'approved',
        ...told({
          internal: app.is_internal,
          inDirectory: app.is_app_directory_approved,
          resolvedAt: momentOf(item.date_updated),
          resolvedBy: resolved?.actor_id,
        }),
      },
      joins: [joinOf(app.id)],
    };
    // What is forbidden has no rights, whatever it asks for.
    return approval === 'approved' ? [identity, ...permissionsOf(item, mapping)] : [identity];
  };

export const approved = defineListing({
  listing: 'approved-apps',
  about: 'apps that may be installed, and the scopes that each was approved for',
  operations: ['admin.apps.approved.list'],
  shape: appShape,
  map: fromApp('approved'),
});

export const restricted = defineListing({
  listing: 'restricted-apps',
  about: 'apps that may not be installed',
  operations: ['admin.apps.restricted.list'],
  shape: appShape,
  map: fromApp('restricted'),
});

const botShape = (marks: Marks) =>
  marks.object({
    id: marks.text(),
    name: marks.text().optional(),
    deleted: z.boolean().optional(),
    is_bot: z.literal(true),
    is_workflow_bot: z.boolean().optional(),
    updated: seconds().optional(),
    profile: marks
      .object({ api_app_id: marks.text().optional(), bot_id: marks.text().optional() })
      .optional(),
  });

function fromBot(item: z.output<ReturnType<typeof botShape>>): Observed[] {
  const app = item.profile?.api_app_id;
  const isOfApp = app !== undefined && app !== '';
  return [
    {
      class: 'identity',
      naturalId: isOfApp ? appId(app) : `bot/${item.id}`,
      label: item.name ?? item.id,
      attributes: {
        kind: isOfApp ? KIND : 'slack-bot',
        botUser: item.id,
        enabled: item.deleted !== true,
        ...told({
          appId: isOfApp ? app : undefined,
          botId: item.profile?.bot_id,
          workflow: item.is_workflow_bot,
          modified: momentOf(item.updated),
        }),
      },
      ...(isOfApp ? { joins: [joinOf(app)] } : {}),
    },
  ];
}

export const bots = defineListing({
  listing: 'bots',
  about: 'bot users of installed apps, and custom bots; people are not kept',
  operations: ['users.list'],
  shape: botShape,
  map: fromBot,
});

const logShape = (marks: Marks) =>
  marks.object({
    app_id: marks.text().optional(),
    service_id: z.union([marks.text(), z.number()]).optional(),
    app_type: marks.text().optional(),
    service_type: marks.text().optional(),
    change_type: marks.text().optional(),
    date: seconds(),
    user_id: marks.personal().optional(),
    scope: marks.text().optional(),
  });

/** Slack gives its log entries no id: what, when and which app stand for one. */
function fromLog(item: z.output<ReturnType<typeof logShape>>): Observed[] {
  if (item.app_id === undefined || item.change_type !== 'added') return [];
  return [
    {
      class: 'identity',
      naturalId: appId(item.app_id),
      label: item.app_type ?? item.app_id,
      attributes: {
        kind: KIND,
        appId: item.app_id,
        ...told({ created: momentOf(item.date), createdBy: item.user_id }),
        creationEvent: `${item.app_id} added ${item.date}`,
        creationSource: 'slack-integration-logs',
      },
      joins: [joinOf(item.app_id)],
    },
  ];
}

export const logs = defineListing({
  listing: 'integration-logs',
  about: 'who added which app, and when',
  operations: ['team.integrationLogs'],
  events: true,
  shape: logShape,
  map: fromLog,
});
