import type { FunctionComponent } from 'preact';
import { lazy, Route, Router } from 'preact-iso';
import { Redirect } from './redirect';
import { NotFound } from './not-found';
import { loadMoreWords } from './i18n';
import { loadPart } from '../live/load-part';
import { isAdmin } from './me';

/** Set by the bundler. */
declare const DEVELOPMENT: boolean;

/** The paths that the console shows itself; any other link leaves it. */
export const CONSOLE_PATHS =
  /^\/($|\?|#|(inbox|sessions|gates|reports|sql|notifications|users|audit|operations|settings|webhooks|ui)(\/|\?|#|$)|jobs\/[a-z0-9_]+(\?|#|$))/;

function part<Page extends FunctionComponent>(load: () => Promise<Page>): FunctionComponent {
  return lazy(() => loadPart(load));
}

/** A page with the words that do not come with the first one. */
function pageWithWords<Page extends FunctionComponent>(load: () => Promise<Page>): FunctionComponent {
  return part(async () => {
    const [page] = await Promise.all([load(), loadMoreWords()]);
    return page;
  });
}

const InboxPage = part(() => import('../inbox/inbox-page').then((page) => page.InboxPage));
const SessionsPage = part(() => import('../sessions/sessions-page').then((page) => page.SessionsPage));
const SessionPage = part(() => import('../session/session-page').then((page) => page.SessionPage));
const GatePage = part(() => import('../gates/gate-page').then((page) => page.GatePage));
const ReportsPage = pageWithWords(() => import('../reports/reports-page').then((page) => page.ReportsPage));
const JobPage = part(() => import('../reports/job-page').then((page) => page.JobPage));
const SqlPage = part(() => import('../sql/sql-page').then((page) => page.SqlPage));
const NotificationsPage = pageWithWords(() =>
  import('../notifications/notifications-page').then((page) => page.NotificationsPage),
);
const NoticeRunPage = pageWithWords(() =>
  import('../notifications/run-page').then((page) => page.NoticeRunPage),
);
const UsersPage = pageWithWords(() => import('../users/users-page').then((page) => page.UsersPage));
const AuditPage = pageWithWords(() => import('../audit/audit-page').then((page) => page.AuditPage));
const OperationsPage = pageWithWords(() =>
  import('../operations/operations-page').then((page) => page.OperationsPage),
);
const WebhooksPage = pageWithWords(() =>
  import('../webhooks/webhooks-page').then((page) => page.WebhooksPage),
);
const SettingsPage = part(() => import('../settings/settings-page').then((page) => page.SettingsPage));
const GalleryPage = DEVELOPMENT
  ? part(() => import('../gallery/gallery-page').then((page) => page.GalleryPage))
  : NotFound;

export function Routes() {
  return (
    <Router>
      <Route path="/" component={Redirect} to="/inbox" />
      <Route path="/inbox" component={InboxPage} />
      <Route path="/sessions" component={SessionsPage} />
      <Route path="/sessions/:id" component={SessionPage} />
      <Route path="/gates/:id" component={GatePage} />
      <Route path="/reports" component={ReportsPage} />
      <Route path="/jobs/:id" component={JobPage} />
      <Route path="/sql" component={SqlPage} />
      <Route path="/sql/:id" component={SqlPage} />
      <Route path="/notifications" component={adminOnly(NotificationsPage)} />
      <Route path="/notifications/runs/:id" component={adminOnly(NoticeRunPage)} />
      <Route path="/users" component={adminOnly(UsersPage)} />
      <Route path="/audit" component={adminOnly(AuditPage)} />
      <Route path="/operations" component={adminOnly(OperationsPage)} />
      <Route path="/webhooks" component={adminOnly(WebhooksPage)} />
      <Route path="/settings" component={SettingsPage} />
      <Route path="/ui" component={GalleryPage} />
      <Route default component={NotFound} />
    </Router>
  );
}

/** For an analyst such a page does not exist; the API refuses its questions as well. */
function adminOnly(page: FunctionComponent): FunctionComponent {
  return isAdmin() ? page : NotFound;
}

export interface NavItem {
  readonly path: string;
  readonly name:
    | 'inbox'
    | 'sessions'
    | 'reports'
    | 'sql'
    | 'notifications'
    | 'users'
    | 'audit'
    | 'operations';
  readonly key: string;
  /** Pages that this one leads to, at another path. */
  readonly above?: string;
  readonly admin?: true;
}

const items: readonly NavItem[] = [
  { path: '/inbox', name: 'inbox', key: 'i', above: '/gates' },
  { path: '/sessions', name: 'sessions', key: 's' },
  { path: '/reports', name: 'reports', key: 'r', above: '/jobs' },
  { path: '/sql', name: 'sql', key: 'q' },
  { path: '/notifications', name: 'notifications', key: 'n', admin: true },
  { path: '/users', name: 'users', key: 'u', admin: true },
  { path: '/audit', name: 'audit', key: 'a', admin: true },
  { path: '/operations', name: 'operations', key: 'o', above: '/webhooks', admin: true },
];

/** The pages that this person may see, in the order of the rail. */
export function navItems(): readonly NavItem[] {
  return items.filter(({ admin }) => admin === undefined || isAdmin());
}
