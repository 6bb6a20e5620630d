// axe-core, on a page that was opened with `bypassCSP`: the content policy would refuse the injected script.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds on the page as it is. */
export async function violations(page, where) {
  await page.evaluate(axe)
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document))
  return found.map(
    (one) => `${where}: ${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
  )
}
