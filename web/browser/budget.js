// How much a first visit loads, from the files that the server sends.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'

const KIB = 1024
/** What every visit loads. The goal is 150. */
const INITIAL_MAX = 180 * KIB
const CSS_MAX = 20 * KIB
const CHUNK_MAX = 40 * KIB
const ALL_MAX = 400 * KIB

const ASSETS = 'dist/assets'
const kib = (bytes) => `${(bytes / KIB).toFixed(1)} KiB`

test('the dashboard stays within its budget of bytes', () => {
  const html = readFileSync('dist/index.html', 'utf8')
  const size = (name) => statSync(`${ASSETS}/${name}.gz`).size
  const names = readdirSync(ASSETS).filter((name) => /\.(js|css)$/.test(name))
  const sum = (chosen) => chosen.reduce((total, name) => total + size(name), 0)
  const scripts = names.filter((name) => name.endsWith('.js'))
  const initial = scripts.filter((name) => html.includes(name))
  const lazy = scripts.filter((name) => !html.includes(name))
  const styles = sum(names.filter((name) => name.endsWith('.css')))
  console.log(
    `initial scripts ${kib(sum(initial))}, all ${kib(sum(scripts))}, styles ${kib(styles)}, gzipped`,
  )
  assert.ok(sum(initial) <= INITIAL_MAX)
  assert.ok(styles <= CSS_MAX)
  assert.ok(sum(scripts) <= ALL_MAX)
  for (const name of lazy) assert.ok(size(name) <= CHUNK_MAX, name)
})

test('the page has no inline script or style, which the content policy would refuse', () => {
  const html = readFileSync('dist/index.html', 'utf8')
  assert.doesNotMatch(html, /<style|style=|<script(?![^>]*\ssrc=)/)
})
