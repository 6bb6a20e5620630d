const certificates =
  'Certificates in PEM to trust there in place of those of the system. Empty for a public address.'

/**
 * What the fields of auth methods are called, and what each is for, by method and by the field's name on the wire.
 * `about` says where a method fits.
 */
export const authFields = {
  tokens: {
    accessTokenTTL: { label: 'Access Token TTL', help: 'How long a token lives from its login or renewal.' },
    accessTokenMaxTTL: {
      label: 'Access Token Max TTL',
      help: 'What renewals cannot pass. 0 means no limit.',
    },
    accessTokenNumUsesLimit: {
      label: 'Max number of uses of an access token',
      help: '0 means no limit.',
    },
    accessTokenTrustedIps: {
      label: 'Access Token Trusted IPs',
      help: 'Addresses or ranges, one a line. 0.0.0.0/0 and ::/0 are everywhere.',
    },
  },
  'universal-auth': { about: 'Anywhere: a client ID and a client secret, stored where it runs.' },
  'token-auth': { about: 'Anywhere: a token made here, for tools that can do nothing but send one.' },
  'jwt-auth': {
    about: 'A token that somebody you trust has signed, checked by their public key.',
    configurationType: { label: 'Keys', help: 'Where the public keys of the signer come from.' },
    jwks: 'The signer publishes them (JWKS)',
    static: 'Given here',
    jwksUrl: { label: 'Address of the keys (JWKS)', help: 'Must begin with https://.' },
    jwksCaCert: { label: 'Trusted certificates', help: certificates },
    publicKeys: {
      label: 'Public keys',
      help: 'In PEM, one after the other. A token has to be signed by one of them.',
    },
    boundIssuer: { label: 'Issuer', help: 'What the token must say in iss, exactly. Empty for any.' },
    boundSubject: {
      label: 'Subject',
      help: 'What sub must be. Commas between several; * is anything but /, ** also that.',
    },
    boundAudiences: {
      label: 'Audiences',
      help: 'With commas between. The token must be made for one of them.',
    },
    boundClaims: {
      label: 'Claims',
      help: 'All of them must fit. A value may hold commas between several patterns.',
    },
  },
  'oidc-auth': {
    about: 'A job of GitHub Actions, GitLab CI or CircleCI, or anything with an OpenID Connect provider.',
    oidcDiscoveryUrl: {
      label: 'Address of the provider',
      help: 'Where /.well-known/openid-configuration is found below. Must begin with https://.',
    },
    caCert: { label: 'Trusted certificates', help: certificates },
    boundIssuer: { label: 'Issuer', help: 'What the token must say in iss, exactly.' },
    boundSubject: {
      label: 'Subject',
      help: 'What sub must be. Commas between several; * is anything but /, ** also that.',
    },
    boundAudiences: {
      label: 'Audiences',
      help: 'With commas between. The token must be made for one of them.',
    },
    boundClaims: {
      label: 'Claims',
      help: 'All of them must fit. A value may hold commas between several patterns.',
    },
    claimMetadataMapping: {
      label: 'Claims to keep',
      help: 'Kept with the access token: a name of your own, and the claim that gives its value.',
    },
    presets: {
      'github-actions': {
        label: 'GitHub Actions',
        help: 'The job asks for the audience when it gets its token. The subject names the repository and the branch.',
      },
      'gitlab-ci': {
        label: 'GitLab CI',
        help: 'The job names the audience in id_tokens. The subject names the project and the branch.',
      },
      circleci: {
        label: 'CircleCI',
        help: 'Put the ID of your organization in place of ORGANIZATION_ID, three times.',
      },
    },
  },
  'kubernetes-auth': {
    about: 'A pod, by the token of its service account, which the cluster itself checks.',
    kubernetesHost: {
      label: 'Address of the cluster',
      help: 'Of its API server. A private address must be allowed by the server (--allow-egress).',
    },
    caCert: { label: 'Certificate of the cluster', help: certificates },
    tokenReviewerJwt: {
      label: 'Reviewer token',
      help: 'A token that may review others (system:auth-delegator). Without one, each pod has to be allowed to review its own.',
    },
    allowedNamespaces: {
      label: 'Namespaces',
      help: 'With commas between. Empty for any, if service accounts are named.',
    },
    allowedNames: {
      label: 'Service accounts',
      help: 'Their names, with commas between. Empty for any in these namespaces.',
    },
    allowedAudience: {
      label: 'Audience',
      help: 'With commas between. The token must be made for one of them. Empty for the cluster itself.',
    },
  },
  'aws-auth': {
    about: 'A machine, container or function of AWS, by its role.',
    stsEndpoint: {
      label: 'STS endpoint',
      help: 'The only address that is asked who signed a login.',
    },
    allowedPrincipalArns: {
      label: 'Principals',
      help: 'ARNs of users and roles, with commas between; * stands for any text. Empty for any of the accounts.',
    },
    allowedAccountIds: {
      label: 'Accounts',
      help: 'IDs of AWS accounts, with commas between. Empty for any of the principals.',
    },
  },
  'gcp-auth': {
    about: 'A machine of Google Cloud, or anything that may sign as a service account.',
    type: { label: 'Kind', help: 'Who makes the token.' },
    gce: 'A machine: its metadata server (GCE)',
    iam: 'A service account that signs it (IAM)',
    allowedServiceAccounts: {
      label: 'Service accounts',
      help: 'E-mail addresses of service accounts, with commas between.',
    },
    allowedProjects: {
      label: 'Projects',
      help: 'IDs of projects, with commas between. Service accounts or projects must be named.',
    },
    allowedZones: { label: 'Zones', help: 'Zones of the machine, with commas between.' },
  },
  'azure-auth': {
    about: 'A machine of Azure, by its managed identity.',
    tenantId: { label: 'Tenant ID', help: 'The directory whose identities count.' },
    resource: { label: 'Audience', help: 'What the token must be made for.' },
    allowedServicePrincipalIds: {
      label: 'Service principals',
      help: 'Object IDs of managed identities, with commas between.',
    },
  },
  'tls-cert-auth': {
    about: 'Anything that has a client certificate of a CA of yours.',
    caCertificate: { label: 'CA certificate', help: 'In PEM. Client certificates must be issued by it.' },
    allowedCommonNames: {
      label: 'Common names',
      help: 'Names in certificates, with commas between. A * alone is every certificate of this CA.',
    },
  },
  'ldap-auth': {
    about: 'An account of a directory, by its password.',
    url: { label: 'Address', help: 'ldaps://, or ldap:// for StartTLS.' },
    ldapCaCertificate: { label: 'Trusted certificates', help: certificates },
    bindDN: { label: 'Bind DN', help: 'The account that searches for users.' },
    bindPass: { label: 'Bind password', help: 'Of that account.' },
    searchBase: { label: 'Search base', help: 'Below which users are searched.' },
    searchFilter: {
      label: 'Search filter',
      help: '{{username}} stands for who logs in. Exactly one entry must fit.',
    },
    allowedFields: {
      label: 'Required attributes',
      help: 'What the entry must have besides, unless the search filter asks for more than a name. Commas between several values, of which one must be there.',
    },
    lockoutEnabled: { label: 'Lockout', help: 'Whether wrong passwords lock logins for a while.' },
    lockoutThreshold: { label: 'Wrong passwords until then', help: '1 to 30.' },
    lockoutDurationSeconds: { label: 'Locked for', help: '30 seconds to a day.' },
    lockoutCounterResetSeconds: {
      label: 'Wrong passwords are forgotten after',
      help: '5 seconds to an hour.',
    },
  },
  'oci-auth': {
    about: 'A user of Oracle Cloud, by a signed request.',
    tenancyOcid: { label: 'Tenancy OCID', help: 'Whose users count.' },
    allowedUsernames: {
      label: 'Users',
      help: 'Names of users, with commas between. Empty for any of the tenancy.',
    },
  },
  'alicloud-auth': {
    about: 'A user or role of Alibaba Cloud, by a signed request.',
    allowedArns: {
      label: 'Principals',
      help: 'ARNs of users and roles, with commas between; * stands for any text.',
    },
  },
  'spiffe-auth': {
    about: 'A workload that has a SPIFFE ID, by its JWT-SVID.',
    trustDomain: { label: 'Trust domain', help: 'What its SPIFFE ID begins with, after spiffe://.' },
    allowedSpiffeIds: {
      label: 'SPIFFE IDs',
      help: 'Patterns with commas between; * is anything but /, ** also that.',
    },
    allowedAudiences: {
      label: 'Audiences',
      help: 'With commas between. The JWT-SVID must be made for one of them.',
    },
    profile: { label: 'Keys of the trust domain', help: 'Where they come from.' },
    https_web_bundle: 'A bundle endpoint publishes them',
    static: 'Given here',
    bundle: { label: 'Trust bundle', help: 'The keys as JSON (JWKS).' },
    endpointUrl: { label: 'Bundle endpoint', help: 'Must begin with https://.' },
    caCert: { label: 'Trusted certificates', help: certificates },
    refreshHintSeconds: {
      label: 'Refresh hint',
      help: 'How often the provider wants the keys to be looked at. They are looked at more often.',
    },
  },
} as const
