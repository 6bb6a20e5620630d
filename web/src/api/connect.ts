import { useMutation, useQueryClient } from '@tanstack/react-query'

import { request } from './client'

export type Connected = { clientId: string; clientSecret: string }

/** Makes everything an application needs to read a project, in one transaction; it may only read. */
export function useConnect(project: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) =>
      request<Connected>('POST', `/api/ui/v1/projects/${project}/quickstart`, {
        body: { name, role: 'viewer' },
      }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['identities'] }),
        client.invalidateQueries({ queryKey: ['project-identities'] }),
      ]),
  })
}

export type Step = { method: string; path: string; status: number; milliseconds: number; body: unknown }
export type TestResult = { login: Step; read: Step | null }

/** Has the server do what the application will do: sign in with the client secret and read one secret. */
export const testConnection = (
  { clientId, clientSecret }: Connected,
  { project, environment, key }: { project: string; environment: string; key: string },
) =>
  request<TestResult>('POST', `/api/ui/v1/projects/${project}/quickstart/test`, {
    body: { clientId, clientSecret, environment, path: '/', key },
  })
