import { authFields } from '~/lib/text/auth-fields'
import { authMethods as words } from '~/lib/text/auth-methods'
import type { AuthMethod } from '../method'
import { loginWith } from '../shell'

const texts = authFields['ldap-auth']
const locks = { field: 'lockoutEnabled', is: 'on' }

/** An account of a directory. */
export const ldapAuth: AuthMethod = {
  name: 'ldap-auth',
  answer: 'identityLdapAuth',
  about: texts.about,
  fields: [
    {
      name: 'url',
      kind: 'text',
      required: true,
      letsIn: true,
      example: 'ldaps://ldap.example.com',
      ...texts.url,
    },
    { name: 'ldapCaCertificate', kind: 'lines', ...texts.ldapCaCertificate },
    { name: 'bindDN', kind: 'text', required: true, example: 'cn=tacit,dc=example,dc=com', ...texts.bindDN },
    { name: 'bindPass', kind: 'secret', required: true, ...texts.bindPass },
    {
      name: 'searchBase',
      kind: 'text',
      required: true,
      letsIn: true,
      example: 'ou=machines,dc=example,dc=com',
      ...texts.searchBase,
    },
    {
      name: 'searchFilter',
      kind: 'text',
      required: true,
      start: '(uid={{username}})',
      letsIn: true,
      example: '(uid={{username}})',
      ...texts.searchFilter,
    },
    { name: 'allowedFields', kind: 'pairs', letsIn: true, ...texts.allowedFields },
    { name: 'lockoutEnabled', kind: 'switch', advanced: true, start: 'on', ...texts.lockoutEnabled },
    {
      name: 'lockoutThreshold',
      kind: 'number',
      advanced: true,
      start: '3',
      only: locks,
      ...texts.lockoutThreshold,
    },
    {
      name: 'lockoutDurationSeconds',
      kind: 'seconds',
      advanced: true,
      start: '300',
      only: locks,
      ...texts.lockoutDurationSeconds,
    },
    {
      name: 'lockoutCounterResetSeconds',
      kind: 'seconds',
      advanced: true,
      start: '30',
      only: locks,
      ...texts.lockoutCounterResetSeconds,
    },
  ],
  proof: [
    { name: 'username', kind: 'text', ...words.proof.username },
    { name: 'password', kind: 'secret', ...words.proof.password },
  ],
  login: (place) => ({
    commands: [
      'read -rp "User name: " USERNAME; read -rsp "Password: " PASSWORD; echo',
      loginWith(place, 'ldap-auth', [
        '--data-urlencode "username=$USERNAME"',
        '--data-urlencode "password=$PASSWORD"',
      ]),
    ].join('\n'),
    where: 'ldap-auth',
  }),
}
