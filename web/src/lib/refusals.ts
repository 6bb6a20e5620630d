/** Refusals that are remembered; older ones are off the page. */
const REFUSALS_MAX = 50

const decisions = new Map<string, string>()

/**
 * Remembers the decision behind a refusal that is shown, by the text that is shown: forms and pages hand on nothing but
 * texts. The same text twice means the same question twice, so the newer decision is as good.
 */
export function rememberRefusal(text: string, decision: string) {
  decisions.delete(text)
  decisions.set(text, decision)
  const oldest = decisions.keys().next()
  if (decisions.size > REFUSALS_MAX && !oldest.done) decisions.delete(oldest.value)
}

/** The id of the decision behind a text, if it is that of a refusal. */
export const decisionOf = (text: string): string | undefined => decisions.get(text)
