import type { Rule } from './rules'

/** A role to start from. */
export type RoleTemplate = { key: 'viewer' | 'developer' | 'ci' | 'release'; rules: Rule[] }

const CRUD = ['read', 'create', 'edit', 'delete']
const READ_SECRETS = ['describeSecret', 'readValue']

const READ_PLACES: Rule[] = ['secret-folders', 'secret-imports', 'environments', 'tags'].map((subject) => ({
  subject,
  action: ['read'],
}))

/** Roles to start from in a project, with no more rights than their names say. */
export const ROLE_TEMPLATES: readonly RoleTemplate[] = [
  { key: 'viewer', rules: [{ subject: 'secrets', action: READ_SECRETS }, ...READ_PLACES] },
  {
    key: 'developer',
    rules: [
      { subject: 'secrets', action: [...READ_SECRETS, 'create', 'edit', 'delete'] },
      { subject: 'secret-folders', action: CRUD },
      { subject: 'secret-imports', action: CRUD },
      { subject: 'commits', action: ['read'] },
      { subject: 'environments', action: ['read'] },
      { subject: 'tags', action: CRUD },
      {
        subject: 'secrets',
        action: ['readValue', 'create', 'edit', 'delete'],
        inverted: true,
        conditions: { environment: 'prod' },
      },
    ],
  },
  {
    key: 'ci',
    rules: [
      {
        subject: 'secrets',
        action: READ_SECRETS,
        conditions: { environment: 'dev', secretPath: { $glob: '/ci/**' } },
      },
    ],
  },
  {
    // Brings changes into production and takes them back, but does not decide who may do that.
    key: 'release',
    rules: [
      { subject: 'secrets', action: [...READ_SECRETS, 'create', 'edit', 'delete'] },
      { subject: 'secret-folders', action: CRUD },
      { subject: 'secret-imports', action: CRUD },
      { subject: 'secret-rollback', action: ['read', 'create'] },
      { subject: 'commits', action: ['read', 'perform-rollback'] },
      { subject: 'environments', action: ['read'] },
      { subject: 'tags', action: CRUD },
      { subject: 'audit-logs', action: ['read'] },
    ],
  },
]
