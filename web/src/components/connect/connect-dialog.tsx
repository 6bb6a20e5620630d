import { useState } from 'react'

import { problemOf } from '~/api/client'
import { useConnect } from '~/api/connect'
import type { Environment } from '~/api/projects'
import { text } from '~/lib/text'
import { SelectField, TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Note } from '~/ui/page'
import { ConnectedDialog } from './connected-dialog'

type ConnectProps = {
  project: { id: string; slug: string; environments: Environment[] }
  /** A key to use in the examples. */
  example?: string | undefined
  onClose: () => void
}

/** The quick path: one dialog that makes everything an application needs, and shows it once. */
export default function ConnectDialog({ project, example = 'FOO', onClose }: ConnectProps) {
  const connect = useConnect(project.id)
  const [environment, setEnvironment] = useState(project.environments[0]?.slug ?? '')
  const names = project.environments.map((one) => one.name).join(', ')
  const [name, setName] = useState(`${project.slug}-app`)

  if (connect.data) {
    return (
      <ConnectedDialog
        connected={connect.data}
        place={{ project: project.id, environment, key: example }}
        onDone={() => {
          connect.reset()
          onClose()
        }}
      />
    )
  }
  return (
    <FormDialog
      title={text.connect.title}
      hint={text.connect.hint}
      onClose={onClose}
      onSubmit={() => connect.mutate(name.trim())}
      submit={text.connect.submit}
      cancel={text.common.cancel}
      busy={connect.isPending}
      error={problemOf(connect.error)}
      isFilled
    >
      <TextField
        label={text.connect.name}
        value={name}
        maxLength={255}
        required
        onChange={(event) => setName(event.target.value)}
      />
      <SelectField
        label={text.connect.environment}
        value={environment}
        onChange={(event) => setEnvironment(event.target.value)}
      >
        {project.environments.map((one) => (
          <option key={one.slug} value={one.slug}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <Note>{text.projectIdentities.grants(name || text.identities.name, 'viewer', names)}</Note>
    </FormDialog>
  )
}
