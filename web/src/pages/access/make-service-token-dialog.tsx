import { useQuery } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'

import { problemOf } from '~/api/client'
import { type Environment, projectQuery } from '~/api/projects'
import { type TokenPermission, useServiceTokenChanges } from '~/api/service-tokens'
import { ShownOnce } from '~/components/shown-once'
import { download } from '~/lib/download'
import { describeDuration, parseDuration } from '~/lib/durations'
import { text } from '~/lib/text'
import { Button, IconButton } from '~/ui/button'
import { CheckField, SelectField, TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import styles from './access.module.css'

const words = text.serviceTokens

/** As many places as the server takes. */
const PLACES_MAX = 50

/** Makes a service token and shows it the one time it can be shown. It reads, and ends after 90 days, unless somebody chooses otherwise. */
export function MakeServiceTokenDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const environments = useQuery(projectQuery(project)).data?.environments ?? []
  const { make, remove } = useServiceTokenChanges(project)
  const [places, setPlaces] = useState([0])
  const [writes, setWrites] = useState(false)
  const [reads, setReads] = useState(true)
  const [ends, setEnds] = useState('90d')
  const seconds = parseDuration(ends)
  const permissions: TokenPermission[] = [
    ...(reads ? (['read'] as const) : []),
    ...(writes ? (['write'] as const) : []),
  ]

  const submit = (form: FormData) => {
    if (seconds === undefined) return
    const field = (name: string) => String(form.get(name) ?? '').trim()
    const scopes = places.map((place) => ({
      environment: field(`environment-${place}`),
      secretPath: field(`folder-${place}`),
    }))
    make.mutate({ name: field('name'), scopes, permissions, expiresIn: seconds })
  }
  if (make.data) {
    const { serviceToken, serviceTokenData } = make.data
    return (
      <ShownOnce
        words={text.tokenOnce}
        secret={serviceToken}
        onDownload={() => download(`INFISICAL_TOKEN=${serviceToken}\n`, 'service-token.env')}
        onDone={onClose}
        onRevoke={() => remove.mutate(serviceTokenData.id, { onSuccess: onClose })}
      />
    )
  }
  return (
    <FormDialog
      title={words.make}
      hint={words.makerHint}
      submit={words.make}
      cancel={text.common.cancel}
      busy={make.isPending}
      held={permissions.length === 0}
      error={problemOf(make.error)}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={words.name}
        name="name"
        placeholder={words.namePlaceholder}
        maxLength={255}
        required
        autoFocus
      />
      {places.map((place, index) => (
        <Place
          key={place}
          place={place}
          number={index + 1}
          environments={environments}
          onDrop={places.length > 1 ? () => setPlaces(places.filter((one) => one !== place)) : undefined}
        />
      ))}
      <div>
        <Button
          icon={<Plus size={15} />}
          disabled={places.length >= PLACES_MAX}
          onClick={() => setPlaces([...places, Math.max(...places) + 1])}
        >
          {words.addPlace}
        </Button>
      </div>
      <CheckField
        label={words.permissions.read}
        hint={words.readHint}
        checked={reads}
        onChange={(event) => setReads(event.target.checked)}
      />
      <CheckField
        label={words.permissions.write}
        hint={words.writeHint}
        checked={writes}
        onChange={(event) => setWrites(event.target.checked)}
      />
      <TextField
        label={words.endsAfter}
        value={ends}
        hint={seconds === undefined ? undefined : words.endsHint(describeDuration(seconds))}
        error={seconds === undefined ? words.badDuration : undefined}
        onChange={(event) => setEnds(event.target.value)}
      />
    </FormDialog>
  )
}

function Place({
  place,
  number,
  environments,
  onDrop,
}: {
  place: number
  number: number
  environments: Environment[]
  onDrop: (() => void) | undefined
}) {
  return (
    <fieldset className={styles.grant} aria-label={words.place(number)}>
      <SelectField label={words.environment} name={`environment-${place}`}>
        {environments.map((one) => (
          <option key={one.slug} value={one.slug}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <TextField
        label={words.folder}
        name={`folder-${place}`}
        defaultValue="/"
        title={words.folderHint}
        required
      />
      {onDrop && <IconButton label={words.dropPlace(number)} icon={<X size={16} />} onClick={onDrop} />}
    </fieldset>
  )
}
