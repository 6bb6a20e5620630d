import { BASE } from './base'

/** Every address of the dashboard. Links are made here and nowhere else. */
export const paths = {
  setup: () => '/setup',
  login: () => '/login',
  forgotPassword: () => '/forgot-password',
  selectOrganization: () => '/login/select-organization',
  cliRedirect: () => '/cli-redirect',
  overview: (organization: string) => `/org/${organization}/overview`,
  organizationAccess: (organization: string, tab = 'identities') =>
    `/org/${organization}/members?selectedTab=${tab}`,
  auditLogs: (organization: string) => `/org/${organization}/audit-logs`,
  organizationSettings: (organization: string) => `/org/${organization}/settings`,
  secrets: (project: string, folder = '/') => `/project/${project}/secrets/overview${folderQuery(folder)}`,
  /** A key in the grid of all environments. */
  key: (project: string, folder: string, key: string) =>
    `/project/${project}/secrets/overview?${new URLSearchParams({ ...(folder === '/' ? {} : { secretPath: folder }), q: key })}`,
  environment: (project: string, environment: string, folder = '/') =>
    `/project/${project}/secrets/${environment}${folderQuery(folder)}`,
  projectAccess: (project: string, tab = 'identities') => `/project/${project}/members?selectedTab=${tab}`,
  /** A secret in the table of its environment. */
  secret: (
    project: string,
    { environment, folder, key }: { environment: string; folder: string; key: string },
  ) => {
    const query = new URLSearchParams(folder === '/' ? {} : { secretPath: folder })
    query.set('q', key)
    return `/project/${project}/secrets/${environment}?${query}`
  },
  compare: (project: string, folder = '/', left = '', right = '') => {
    const query = new URLSearchParams()
    if (left) query.set('left', left)
    if (right) query.set('right', right)
    if (folder !== '/') query.set('secretPath', folder)
    return `/project/${project}/compare${query.size ? `?${query}` : ''}`
  },
  decision: (decision: string) => `/decisions/${decision}`,
  /** Explain with a question filled in, in a project or in the organization. */
  explain: (place: { project: string } | { organization: string }, question: Record<string, string>) => {
    const base = 'project' in place ? `/project/${place.project}` : `/org/${place.organization}`
    return `${base}/members?${new URLSearchParams({ selectedTab: 'explain', ...question })}`
  },
  history: (project: string) => `/project/${project}/history`,
  commit: (project: string, commit: string) => `/project/${project}/history/${commit}`,
  connect: (project: string) => `/project/${project}/connect`,
  projectSettings: (project: string, part = 'general') => `/project/${project}/settings?part=${part}`,
  profile: () => '/personal-settings',
  /** For who manages the server. */
  admin: (tab = 'overview') => `/admin?tab=${tab}`,
  /** Not a page of the dashboard, so it has the base path. */
  apiReference: () => `${BASE}/api/docs`,
}

const folderQuery = (folder: string) => (folder === '/' ? '' : `?secretPath=${encodeURIComponent(folder)}`)
