// The start page: shows this server's address, and whether the API answers.

document.getElementById('origin').textContent = location.origin

const status = document.getElementById('status')
const text = document.getElementById('status-text')

async function check() {
  try {
    const answer = await fetch(document.querySelector('a[href$="/api/status"]').href, { cache: 'no-store' })
    if (!answer.ok) throw new Error(`status ${answer.status}`)
    show('up', 'The API works.')
  } catch {
    show('down', 'The API does not answer.')
  }
}

function show(state, sentence) {
  status.dataset.state = state
  if (text.textContent !== sentence) text.textContent = sentence
}

check()
setInterval(() => document.hidden || check(), 15_000)
