import { expect, test } from 'vitest'

import { eventReader } from './event-stream'

test('events come out as soon as they are complete, whatever the pieces', () => {
  const read = eventReader()
  expect(read('id: 17\nevent: hel')).toEqual([])
  expect(read('lo\ndata: {"revision":17}\n')).toEqual([])
  expect(read('\nevent: ping\n\nid: 18.499')).toEqual([
    { id: '17', name: 'hello', data: '{"revision":17}' },
    { id: '', name: 'ping', data: '' },
  ])
  expect(read('\nevent: change\ndata: a\ndata: b\n\n')).toEqual([
    { id: '18.499', name: 'change', data: 'a\nb' },
  ])
})

test('comments, unknown fields and other line ends are no matter', () => {
  expect(eventReader()(': hello\r\nretry: 5\r\ndata:x\r\n\r\n')).toEqual([
    { id: '', name: 'message', data: 'x' },
  ])
})
