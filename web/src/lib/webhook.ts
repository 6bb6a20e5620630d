/** How a webhook is doing, from what the server says of it. */
export type WebhookState = 'off' | 'never' | 'success' | 'failed'

/** Off comes first: what was sent before does not matter while nothing is. */
export function webhookState(webhook: {
  isDisabled: boolean
  lastStatus: 'success' | 'failed' | null
}): WebhookState {
  if (webhook.isDisabled) return 'off'
  return webhook.lastStatus ?? 'never'
}
