// Pictures of the versions, references, imports, the comparison and the history. Called by screenshots.js.
import { click, editCell, typeSecret } from './harness.js'

/** Commits what is pending with a message. */
async function commitAs(watched, message) {
  const { page } = watched
  await click(watched, 'button', 'Review')
  await page.getByLabel('Message (optional)').fill(message)
  await page.keyboard.press('Enter')
  await page.getByText('Committed.').waitFor()
  await click(watched, 'button', 'Dismiss')
}

/** Takes the pictures, from the grid of a project on, and comes back to it. */
export async function secretsPictures(watched, picture) {
  const { page } = watched
  const grid = page.getByRole('grid')
  const button = (name) => page.getByRole('button', { name, exact: true }).last()
  const toCell = async () => {
    await grid.focus()
    for (const key of ['Control+End', 'Home', 'ArrowRight']) await page.keyboard.press(key)
  }
  await grid.focus()
  for (const key of ['Control+Home', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
  await editCell(watched, 'postgres://shop:n3w-secret@db2.internal:5432/shop')
  await commitAs(watched, 'Rotate the database password')
  await grid.focus()
  await page.keyboard.press('h')
  await button('Reveal what changed from version 1 to version 2').click()
  await page.locator('del').first().waitFor()
  await picture('versions')
  await page.keyboard.press('Escape')

  await click(watched, 'button', 'payments')
  await page.getByText('No secrets here yet').waitFor()
  await typeSecret(watched, 'STRIPE_WEBHOOK_SECRET', 'whsec_1234')
  await typeSecret(watched, 'PAYPAL_CLIENT_ID', 'AbC123')
  await commitAs(watched, 'Payments')
  await click(watched, 'link', 'All folders')
  await click(watched, 'button', 'More commands')
  await click(watched, 'menuitem', 'Secret imports')
  const sheet = page.getByRole('dialog')
  await sheet.getByLabel('From environment').selectOption('prod')
  await sheet.getByLabel('From folder').fill('/payments')
  await sheet.getByRole('button', { name: 'Add import' }).click()
  await sheet.getByRole('listitem').first().waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('from prod:/payments').first().waitFor()
  await toCell()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.keyboard.type('$' + '{prod.payments.')
  await page.getByRole('listbox').waitFor()
  await picture('references')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await grid.waitFor()

  await click(watched, 'button', 'More commands')
  await click(watched, 'menuitem', 'Compare environments')
  await page.getByLabel('Right environment').selectOption('prod')
  await button('Copy 1 key to Production').waitFor()
  await picture('compare')
  await click(watched, 'link', 'History')
  await page.getByRole('link', { name: /Rotate/ }).waitFor()
  await picture('history')
  await page.getByRole('link', { name: /Rotate/ }).click()
  await button('Reveal the value of DATABASE_URL').click()
  await page.locator('ins').first().waitFor()
  await picture('commit')
  await click(watched, 'link', 'All commits')
  await page.locator('tr', { hasText: 'DEBUG_TOOLBAR' }).getByRole('link').click()
  await click(watched, 'button', 'Restore to this point')
  await sheet.getByText('deleted').first().waitFor()
  await picture('restore')
  await page.keyboard.press('Escape')
  await page.getByRole('navigation').getByRole('link', { name: 'Secrets', exact: true }).click()
  await grid.waitFor()
}
