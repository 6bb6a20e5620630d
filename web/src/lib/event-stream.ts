/** One server-sent event. */
export type StreamEvent = { id: string; name: string; data: string }

/** Takes the text of a stream piece by piece and gives out the events that are complete. */
export function eventReader(): (piece: string) => StreamEvent[] {
  let rest = ''
  return (piece) => {
    const blocks = (rest + piece).replaceAll('\r\n', '\n').split('\n\n')
    rest = blocks.pop() ?? ''
    return blocks.map(readEvent)
  }
}

function readEvent(block: string): StreamEvent {
  const event: StreamEvent = { id: '', name: 'message', data: '' }
  const data: string[] = []
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const value = line.slice(colon + 1).replace(/^ /, '')
    if (line.startsWith('id:')) event.id = value
    else if (line.startsWith('event:')) event.name = value
    else if (line.startsWith('data:')) data.push(value)
  }
  event.data = data.join('\n')
  return event
}
