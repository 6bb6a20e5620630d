import { lazy, type ReactNode, Suspense } from 'react'
import { Redirect, Route, Router, Switch } from 'wouter'

import { useSession } from '~/api/session'
import { Boundary } from '~/components/boundary'
import { NotFound } from '~/components/not-found'
import { PageFrame } from '~/components/page-frame'
import { Shell } from '~/components/shell'
import { SignInAgain } from '~/components/sign-in-again'
import { BASE, withoutBase } from '~/lib/base'
import { paths } from '~/lib/paths'
import CliRedirectPage from '~/pages/login/cli-redirect-page'
import { LoginPage } from '~/pages/login/login-page'
import SelectOrganizationPage from '~/pages/login/select-organization-page'
import SetupPage from '~/pages/login/setup-page'
import { Skeleton } from '~/ui/page'

const ForgotPasswordPage = lazy(() => import('~/pages/login/forgot-password-page'))
const InvitationPage = lazy(() => import('~/pages/login/invitation-page'))
const PasswordResetPage = lazy(() => import('~/pages/login/password-reset-page'))
const SecretsPage = lazy(() => import('~/pages/secrets/secrets-page'))
const OrganizationAccessPage = lazy(() => import('~/pages/access/organization-access-page'))
const ProjectAccessPage = lazy(() => import('~/pages/access/project-access-page'))
const ProjectSettingsPage = lazy(() => import('~/pages/settings/project-settings-page'))
const OrganizationSettingsPage = lazy(() => import('~/pages/settings/organization-settings-page'))
const ProfilePage = lazy(() => import('~/pages/profile/profile-page'))
const AuditPage = lazy(() => import('~/pages/audit/audit-page'))
const HistoryPage = lazy(() => import('~/pages/history/history-page'))
const CommitPage = lazy(() => import('~/pages/history/commit-page'))
const ComparePage = lazy(() => import('~/pages/compare/compare-page'))
const AdminPage = lazy(() => import('~/pages/admin/admin-page'))
const DecisionPage = lazy(() => import('~/pages/decision/decision-page'))
const OverviewPage = lazy(() => import('~/pages/overview/overview-page'))

type Parameters = Record<string, string | undefined>
type Page = (parameters: Parameters) => ReactNode

/** The pages of somebody who is signed in and has chosen an organization. */
const PAGES: Record<string, Page> = {
  '/org/:organization/overview': ({ organization = '' }) => <OverviewPage organization={organization} />,
  '/org/:organization/members': ({ organization = '' }) => (
    <OrganizationAccessPage organization={organization} />
  ),
  '/org/:organization/audit-logs': ({ organization = '' }) => <AuditPage organization={organization} />,
  '/org/:organization/settings': ({ organization = '' }) => (
    <OrganizationSettingsPage organization={organization} />
  ),
  '/decisions/:decision': ({ decision = '' }) => <DecisionPage key={decision} decision={decision} />,
  '/project/:project/compare': ({ project = '' }) => <ComparePage project={project} />,
  '/project/:project/history': ({ project = '' }) => <HistoryPage project={project} />,
  '/project/:project/history/:commit': ({ project = '', commit = '' }) => (
    <CommitPage key={commit} project={project} commit={commit} />
  ),
  '/project/:project/members': ({ project = '' }) => <ProjectAccessPage project={project} />,
  '/project/:project/settings': ({ project = '' }) => <ProjectSettingsPage project={project} />,
  '/personal-settings': () => <ProfilePage />,
  '/admin': () => <AdminPage />,
  '/project/:project/secrets/overview': ({ project = '' }) => <SecretsPage project={project} />,
  '/project/:project/secrets/:environment': ({ project = '', environment = '' }) => (
    <SecretsPage project={project} only={environment} />
  ),
}

/** Addresses of older versions and of mails, which lead to where the thing is now. */
const MOVED: Record<string, (parameters: Parameters, organization: string) => string> = {
  '/': (_, organization) => paths.overview(organization),
  '/admin/signup': () => paths.setup(),
  '/verify-email': () => paths.profile(),
  '/org/:organization': ({ organization = '' }) => paths.overview(organization),
  '/project/:project': ({ project = '' }) => paths.secrets(project),
  '/integrations/:project': ({ project = '' }) => paths.connect(project),
}

/** The whole dashboard. */
export function App() {
  const session = useSession()
  if (session.state === 'starting') return null
  return (
    <Boundary>
      <PageFrame />
      <Router base={BASE}>
        <Suspense fallback={null}>
          <Switch>
            <Route path="/setup">
              <SetupPage />
            </Route>
            <Route path="/signupinvite">
              <InvitationPage />
            </Route>
            <Route path="/forgot-password">
              <ForgotPasswordPage />
            </Route>
            <Route path="/password-reset">
              <PasswordResetPage />
            </Route>
            <Route path="/cli-redirect">
              <CliRedirectPage />
            </Route>
            <Route path="/login/select-organization">
              <SelectOrganizationPage />
            </Route>
            <Route path="/login">
              <LoginPage />
            </Route>
            <Route>
              <SignedInPages />
            </Route>
          </Switch>
          {session.state === 'expired' && <SignInAgain />}
        </Suspense>
      </Router>
    </Boundary>
  )
}

function SignedInPages() {
  const session = useSession()
  if (session.state === 'signed-out')
    return <Redirect to={loginFrom(withoutBase(location.pathname) + location.search)} replace />
  if (!session.organizationId) return <Redirect to={paths.selectOrganization()} replace />
  return (
    <Switch>
      {Object.entries(MOVED).map(([path, target]) => (
        <Route key={path} path={path}>
          {(parameters: Parameters) => <Redirect to={target(parameters, session.organizationId)} replace />}
        </Route>
      ))}
      {Object.entries(PAGES).map(([path, page]) => (
        <Route key={path} path={path}>
          {(parameters: Parameters) => (
            <Shell project={parameters.project}>
              <Suspense fallback={<Skeleton />}>{page(parameters)}</Suspense>
            </Shell>
          )}
        </Route>
      ))}
      <Route>
        <Shell>
          <NotFound />
        </Shell>
      </Route>
    </Switch>
  )
}

const loginFrom = (address: string) =>
  address === '/' ? paths.login() : `${paths.login()}?next=${encodeURIComponent(address)}`
