import { access } from './access'
import { admin } from './admin'
import { apiKeys } from './api-keys'
import { audit } from './audit'
import { backups } from './backups'
import { commands } from './commands'
import { compare } from './compare'
import { encryption } from './encryption'
import { explain } from './explain'
import { general } from './general'
import { groups } from './groups'
import { history } from './history'
import { mail } from './mail'
import { passkeys } from './passkeys'
import { references } from './references'
import { roles } from './roles'
import { secondFactor } from './second-factor'
import { secrets } from './secrets'
import { serviceTokens } from './service-tokens'
import { settings } from './settings'
import { webhooks } from './webhooks'

/**
 * Every sentence of the dashboard, by screen, but those of the auth methods, which are read when somebody opens them.
 * Another language is another object of this shape.
 */
export const text = {
  ...general,
  ...commands,
  ...secrets,
  ...secondFactor,
  ...passkeys,
  ...history,
  ...compare,
  ...references,
  ...access,
  ...admin,
  ...encryption,
  ...roles,
  ...groups,
  ...serviceTokens,
  ...apiKeys,
  ...mail,
  ...explain,
  ...audit,
  ...backups,
  ...settings,
  ...webhooks,
}
