// A large project, filled through the API: how much the grid asks for, draws and takes. Sizes and counts are asserted,
// times are printed.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { addProject, api, onPage, signIn } from './harness.js'

const KEYS = 10_000
const BATCH = 1_000
const ENVIRONMENTS = ['dev', 'staging', 'prod', 'qa']
/** Elements of the whole page. */
const NODES_MAX = 8_000
/** What the table is as JSON. Values are not in it. */
const ANSWER_MAX = 320_000
const VALUE = 'value-of-a-large-project'

const keyOf = (at) => `KEY_${String(at).padStart(5, '0')}`

async function fill(project) {
  await api('POST', `/api/v1/projects/${project}/environments`, { name: 'QA', slug: 'qa' })
  for (const environment of ENVIRONMENTS) {
    for (let from = 0; from < KEYS; from += BATCH) {
      const secrets = Array.from({ length: BATCH }, (_, at) => ({
        secretKey: keyOf(from + at),
        // Every third is different in each environment, as in life.
        secretValue: `${VALUE}-${(from + at) % 3 ? '' : environment}${from + at}`,
      }))
      const answer = await api('POST', '/api/v4/secrets/batch', {
        projectId: project,
        environment,
        secretPath: '/',
        secrets,
      })
      assert.equal(answer.secrets?.length, BATCH, JSON.stringify(answer).slice(0, 300))
    }
  }
}

test('10,000 keys in 4 environments take a small answer and few nodes, and the filter is quick', async () => {
  await onPage(async (watched) => {
    const { page } = watched
    await signIn(watched)
    const project = await addProject(watched, 'Large')
    let started = Date.now()
    await fill(project)
    console.log(`${KEYS} keys: filled in ${Date.now() - started} ms`)

    const answered = page.waitForResponse((response) => response.url().includes('/matrix'))
    started = Date.now()
    await page.reload()
    const answer = await (await answered).text()
    await page.getByRole('rowheader', { name: keyOf(0) }).waitFor()
    const time = Date.now() - started
    const nodes = await page.evaluate(() => document.querySelectorAll('*').length)
    console.log(`${KEYS} keys: ${answer.length} bytes, rows after ${time} ms, ${nodes} nodes`)
    assert.ok(answer.length <= ANSWER_MAX, `${answer.length} bytes`)
    assert.ok(!answer.includes(VALUE))
    assert.ok(nodes <= NODES_MAX, `${nodes} nodes`)
    await page.getByText('10000 keys').waitFor()

    const filtered = await page.evaluate(filterFor, keyOf(KEYS - 1))
    await page.getByRole('rowheader', { name: keyOf(KEYS - 1) }).waitFor()
    assert.equal(await page.getByRole('rowheader').count(), 1)
    console.log(`${KEYS} keys: filtered and painted in ${Math.round(filtered)} ms`)
    await page.evaluate(filterFor, '')

    const frames = await page.evaluate(scroll)
    console.log(`${KEYS} keys: scrolled, median frame ${frames.toFixed(1)} ms`)
    await page.getByRole('grid').focus()
    await page.keyboard.press('Control+End')
    await page.getByRole('rowheader', { name: keyOf(KEYS - 1) }).waitFor()
    const after = await page.evaluate(() => document.querySelectorAll('*').length)
    assert.ok(after <= NODES_MAX, `${after} nodes at the end`)
  })
})

/** Types into the filter; the milliseconds until it is painted, or until it is certain that no frame comes. Runs in the page. */
async function filterFor(text) {
  const field = document.querySelector('main input[type=search]')
  const start = performance.now()
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text)
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await new Promise((painted) => {
    requestAnimationFrame(() => setTimeout(painted))
    setTimeout(painted, 2_000)
  })
  return performance.now() - start
}

/**
 * Scrolls for a hundred frames; their median length. A page without a screen may get no frames at all, and evaluating
 * has no time limit of its own: then this goes on after 100 ms. Runs in the page.
 */
async function scroll() {
  const grid = document.querySelector('[role=grid]')
  const times = []
  let last = performance.now()
  for (let frame = 0; frame < 100; frame += 1) {
    grid.scrollTop += 400
    await new Promise((painted) => {
      requestAnimationFrame(painted)
      setTimeout(painted, 100)
    })
    const now = performance.now()
    times.push(now - last)
    last = now
  }
  return times.sort((one, other) => one - other)[50]
}
