import './base.css'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'

import { resumeSession } from '~/api/account'
import { ApiError } from '~/api/client'
import { BASE, isBelow } from '~/lib/base'
import { applyTheme } from '~/lib/theme'
import { Toasts } from '~/ui/toast'
import { App } from './router'

applyTheme()
// The server also answers without its base path; the dashboard is in one place.
if (!isBelow(location.pathname, BASE))
  location.replace(BASE + location.pathname + location.search + location.hash)

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // An answer of the server is final; only an unreachable server is asked again.
      retry: (count, error) => error instanceof ApiError && error.status === 0 && count < 2,
    },
  },
})

void resumeSession()
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <QueryClientProvider client={client}>
      <App />
      <Toasts />
    </QueryClientProvider>,
  )
}
