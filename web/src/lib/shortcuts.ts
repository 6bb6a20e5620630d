/** Whether single letters do something. Some people speak or type with a device for which they come as a surprise. */
const STORED = 'tacit.letters'

export const lettersAreOn = () => localStorage.getItem(STORED) !== 'off'

export function turnLetters(on: boolean) {
  if (on) localStorage.removeItem(STORED)
  else localStorage.setItem(STORED, 'off')
}

/** Whether the person is typing, or in a dialog, where letters are only letters. */
export const isTyping = (target: EventTarget | null) =>
  target instanceof Element &&
  target.closest('input:not([type=checkbox]), textarea, select, dialog, [role=menu]') !== null

/** A key alone, pressed where nobody types, if letters may do something. */
export const isShortcut = (event: KeyboardEvent) =>
  !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target) && lettersAreOn()

/** How long the second letter of a pair may take, in milliseconds. */
const PAIR_TIME = 1_500

/** Follows keys and says when two of them were pressed one after the other, such as `g` and `s`. */
export function pairs(first: string, now = () => Date.now()) {
  let since = Number.NEGATIVE_INFINITY
  return (key: string): string | undefined => {
    const isSecond = now() - since <= PAIR_TIME
    since = !isSecond && key === first ? now() : Number.NEGATIVE_INFINITY
    return isSecond ? key : undefined
  }
}
