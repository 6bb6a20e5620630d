// Sets an empty server up, for tests that begin there, with a second person in the organization.
import { test } from 'node:test'

import { join, onPage, setUp } from './harness.js'

test('the server is set up', async () => {
  await onPage(setUp)
  await join('grace@example.com', 'Grace')
})
