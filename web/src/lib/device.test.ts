import { expect, test } from 'vitest'

import { deviceName } from './device'

test('a session is called after its program and system', () => {
  const mozilla = 'Mozilla/5.0'
  for (const [agent, name] of [
    [`${mozilla} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox on Linux'],
    [
      `${mozilla} (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0`,
      'Edge on Windows',
    ],
    [`${mozilla} (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1`, 'Safari on iOS'],
    ['cli', 'Command line'],
    ['curl/8.5.0', 'curl'],
    ['my-script', 'my-script'],
    ['', 'Unknown'],
  ] as const)
    expect(deviceName(agent)).toBe(name)
})
