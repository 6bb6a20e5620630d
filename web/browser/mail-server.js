// A mail server of this process (RFC 5321), as much as sending needs.
import { createServer } from 'node:net'

/** Takes mails on a port. `next()` waits for the next one: to whom, and its text. */
export function startMailServer(port) {
  const came = []
  const waiting = []
  const deliver = (mail) => (waiting.length > 0 ? waiting.shift()(mail) : came.push(mail))
  const server = createServer((socket) => converse(socket, deliver))
  server.listen(port, '127.0.0.1')
  return {
    next: () => (came.length > 0 ? came.shift() : new Promise((resolve) => waiting.push(resolve))),
    stop: () => server.close(),
  }
}

function converse(socket, deliver) {
  let unread = ''
  let to = ''
  let data
  const say = (line) => socket.write(`${line}\r\n`)
  const take = (line) => {
    if (data === undefined) {
      const command = line.toUpperCase()
      if (command.startsWith('RCPT TO:')) to = line.slice('RCPT TO:'.length).replace(/[<>]/g, '')
      if (command.startsWith('DATA')) data = []
      say(data ? '354 go on' : command.startsWith('QUIT') ? '221 bye' : '250 fine')
    } else if (line === '.') {
      deliver({ to, text: data.join('\n').replace(/=\n/g, '').replace(/=3D/g, '=') })
      data = undefined
      say('250 kept')
    } else {
      data.push(line)
    }
  }
  socket.on('error', () => undefined)
  socket.on('data', (bytes) => {
    unread += bytes
    const lines = unread.split('\r\n')
    unread = lines.pop()
    lines.forEach(take)
  })
  say('220 ready')
}
