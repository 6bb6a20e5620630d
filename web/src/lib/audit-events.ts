/** What an actor is called: the name or address that the event recorded, or else the kind of actor. */
export function actorName({ type, metadata }: { type: string; metadata: Record<string, unknown> }): string {
  const { username, email, name } = metadata
  return [username, email, name].find((one): one is string => typeof one === 'string' && one !== '') ?? type
}

/** The names of all actors of events, each once, in the order they first appear. */
export const actorNames = (events: { actor: Parameters<typeof actorName>[0] }[]): string[] => [
  ...new Set(events.map((one) => actorName(one.actor))),
]
