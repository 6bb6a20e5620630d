export type Snippet = 'curl' | 'cli' | 'node' | 'python'

export type SnippetInput = {
  url: string
  project: string
  environment: string
  key: string
  clientId: string
  clientSecret: string
}

/** Commands and programs that read one secret, ready to run as they are pasted. */
export const SNIPPETS: Record<Snippet, (input: SnippetInput) => string> = {
  curl: ({ url, project, environment, key, clientId, clientSecret }) =>
    [
      `TOKEN=$(curl -s -X POST ${url}/api/v1/auth/universal-auth/login \\`,
      `  --data-urlencode clientId=${clientId} \\`,
      `  --data-urlencode clientSecret=${clientSecret} \\`,
      `  | sed -E 's/.*"accessToken":"([^"]+)".*/\\1/')`,
      `curl -s '${url}/api/v3/secrets/raw/${key}?workspaceId=${project}&environment=${environment}' \\`,
      `  -H "Authorization: Bearer $TOKEN"`,
    ].join('\n'),
  cli: ({ url, project, environment, clientId, clientSecret }) =>
    [
      `export INFISICAL_TOKEN=$(infisical login --domain ${url} --method universal-auth \\`,
      `  --client-id ${clientId} --client-secret ${clientSecret} --plain --silent)`,
      `infisical run --domain ${url} --projectId ${project} --env ${environment} -- printenv`,
    ].join('\n'),
  node: ({ url, project, environment, key, clientId, clientSecret }) =>
    [
      `import { InfisicalSDK } from '@infisical/sdk'`,
      '',
      `const client = new InfisicalSDK({ siteUrl: '${url}' })`,
      'await client.auth().universalAuth.login({',
      `  clientId: '${clientId}',`,
      `  clientSecret: '${clientSecret}',`,
      '})',
      'const secret = await client.secrets().getSecret({',
      `  projectId: '${project}',`,
      `  environment: '${environment}',`,
      `  secretName: '${key}',`,
      '})',
      'console.log(secret.secretValue)',
    ].join('\n'),
  python: ({ url, project, environment, key, clientId, clientSecret }) =>
    [
      'from infisical_sdk import InfisicalSDKClient',
      '',
      `client = InfisicalSDKClient(host="${url}")`,
      'client.auth.universal_auth.login(',
      `    client_id="${clientId}",`,
      `    client_secret="${clientSecret}",`,
      ')',
      'secret = client.secrets.get_secret_by_name(',
      `    project_id="${project}",`,
      `    environment_slug="${environment}",`,
      `    secret_name="${key}",`,
      '    secret_path="/",',
      ')',
      'print(secret.secretValue)',
    ].join('\n'),
}
