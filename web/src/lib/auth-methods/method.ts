/** What stands in a field of a form. `null` takes a stored credential away. */
export type DraftValue = string | Pair[] | null
export type Draft = Record<string, DraftValue>
export type Pair = { key: string; value: string }

/** How a field is filled in; `kinds.ts` says what the wire makes of each. */
export type Kind =
  | 'text'
  /** Several texts with commas between. */
  | 'list'
  /** Several lines, such as certificates in PEM. */
  | 'lines'
  /** Blocks of PEM, which the wire has one by one. */
  | 'keys'
  /** A credential. It is never shown. */
  | 'secret'
  | 'choice'
  /** Texts by name. */
  | 'map'
  /** Texts by name, which the wire has as a list. */
  | 'pairs'
  | 'seconds'
  | 'number'
  /** Addresses and ranges, one a line. */
  | 'addresses'
  | 'switch'

export type Words = { readonly label: string; readonly help: string }

/** A field of the settings of an auth method. */
export type Field = Words & {
  /** As the wire calls it; a dot leads into an object. */
  name: string
  kind: Kind
  required?: boolean
  /** What stands there at first. */
  start?: DraftValue
  example?: string
  choices?: readonly { value: string; label: string }[]
  /** It counts only while another field has this value. */
  only?: { field: string; is: string }
  /** Most people leave it alone. */
  advanced?: boolean
  /** Its value says who is let in. */
  letsIn?: boolean
}

/** A part of what a machine logs in with, to be tried. */
export type ProofField = Words & {
  /** As the wire calls it. */
  name: string
  /** `request` is an object of JSON that holds all fields of a login. */
  kind: 'lines' | 'text' | 'secret' | 'request'
  example?: string
}

/** Settings for a well-known provider. */
export type Preset = Words & { key: string; values: Draft; examples: Record<string, string> }

export type Settings = Record<string, unknown>

/** Where a login goes, and who logs in. */
export type LoginPlace = { url: string; identity: string; settings: Settings }

/** An auth method: all that the dashboard knows of it. */
export type AuthMethod = {
  /** As the wire calls it, such as `jwt-auth`. */
  name: string
  /** The field of an answer that holds its settings. */
  answer: string
  /** Where it fits. */
  about: string
  /** Its own settings, without those that all methods share. */
  fields: readonly Field[]
  presets?: readonly Preset[]
  /** What is pasted to try it; nothing if it cannot be tried. */
  proof?: readonly ProofField[]
  /** Commands that log in, and the key of the sentence about where they run; nothing if nobody logs in by it. */
  login?: (place: LoginPlace) => { commands: string; where: string }
  /** What is dangerous about settings that the server takes. */
  warning?: (draft: Draft) => string | undefined
}
