/** How long a copied secret value may stay in the clipboard, in milliseconds. */
export const CLIPBOARD_SECONDS = 60

/**
 * Copies text, also on plain HTTP, where browsers offer no clipboard API.
 * Returns whether it was copied: nobody is told "copied" when it was not.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text)
      return true
    }
  } catch {
    // Refused, for example because the tab lost the focus: the old way below may still work.
  }
  return copyThroughField(text)
}

function copyThroughField(text: string): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.setAttribute('aria-hidden', 'true')
  field.className = 'visually-hidden'
  // Inside an open dialog the rest of the page is inert and cannot be selected.
  const home = document.querySelector('dialog[open]:last-of-type') ?? document.body
  const focused = document.activeElement
  home.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return copied
}

/** Copies a secret value and empties the clipboard later if it still holds it and the browser lets us look. */
export async function copySecret(value: string): Promise<boolean> {
  const copied = await copyText(value)
  if (copied) setTimeout(() => void clearIfStill(value), CLIPBOARD_SECONDS * 1000)
  return copied
}

async function clearIfStill(value: string) {
  try {
    const held = await navigator.clipboard.readText()
    if (held === value) await navigator.clipboard.writeText('')
  } catch {
    // Reading the clipboard is a permission few give; then it stays as it is.
  }
}
