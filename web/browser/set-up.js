// Sets an empty server up, for tests that begin there.
import { test } from 'node:test'

import { onPage, setUp } from './harness.js'

test('the server is set up', () => onPage(setUp))
