import type { AuthMethod } from './method'
import { alicloudAuth } from './tables/alicloud'
import { awsAuth } from './tables/aws'
import { azureAuth } from './tables/azure'
import { gcpAuth } from './tables/gcp'
import { jwtAuth } from './tables/jwt'
import { kubernetesAuth } from './tables/kubernetes'
import { ldapAuth } from './tables/ldap'
import { ociAuth } from './tables/oci'
import { oidcAuth } from './tables/oidc'
import { spiffeAuth } from './tables/spiffe'
import { tlsCertAuth } from './tables/tls-cert'
import { tokenAuth } from './tables/tokens'

/** Universal Auth has dialogs of its own. */
export const UNIVERSAL = 'universal-auth'

/** The methods that are a table of fields, in the order in which they are offered. */
export const AUTH_METHODS: readonly AuthMethod[] = [
  tokenAuth,
  kubernetesAuth,
  oidcAuth,
  jwtAuth,
  awsAuth,
  gcpAuth,
  azureAuth,
  tlsCertAuth,
  ldapAuth,
  ociAuth,
  alicloudAuth,
  spiffeAuth,
]

/** The method that the wire calls so; nothing if it is none of these. */
export const methodNamed = (name: string) => AUTH_METHODS.find((method) => method.name === name)
