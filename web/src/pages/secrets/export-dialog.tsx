import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { errorText } from '~/api/client'
import { revealedValue, revealValues } from '~/api/grid'
import type { Environment } from '~/api/projects'
import { copySecret } from '~/lib/clipboard'
import { download } from '~/lib/download'
import { FORMATS, type Format, write } from '~/lib/formats'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { Dialog } from '~/ui/dialog'
import { SelectField } from '~/ui/field'
import { Note } from '~/ui/page'
import { toast } from '~/ui/toast'

type ExportProps = {
  project: string
  folder: string
  environments: Environment[]
  keysIn: (environment: string) => string[]
  onClose: () => void
}

/** Downloads or copies the secrets of one environment of this folder. */
export default function ExportDialog({ project, folder, environments, keysIn, onClose }: ExportProps) {
  const [environment, setEnvironment] = useState(environments[0]?.slug ?? '')
  const [format, setFormat] = useState<Format>('env')
  const keys = keysIn(environment)
  const name = environments.find((one) => one.slug === environment)?.name ?? environment
  const read = useMutation({
    mutationFn: async (use: (written: string) => Promise<void> | void) => {
      const values = await revealValues(
        project,
        keys.map((key) => ({ environment, folder, key })),
      )
      const readable = keys.flatMap((key, at) => {
        const value = revealedValue(values[at])
        return value === undefined ? [] : [{ key, value }]
      })
      await use(write(format, readable))
      if (readable.length < keys.length)
        toast(text.export.some(keys.length - readable.length), { tone: 'danger' })
    },
    onSuccess: onClose,
  })
  const copy = async (written: string) => {
    if (await copySecret(written)) toast(text.export.copied)
    else toast(text.grid.copyFailed, { tone: 'danger' })
  }
  return (
    <Dialog
      title={text.export.title}
      hint={text.export.hint(keys.length, name)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button busy={read.isPending} disabled={!keys.length} onClick={() => read.mutate(copy)}>
            {text.export.copy}
          </Button>
          <Button
            look="primary"
            busy={read.isPending}
            disabled={!keys.length}
            onClick={() => read.mutate((written) => download(written, fileName(environment, format)))}
          >
            {text.export.download}
          </Button>
        </>
      }
    >
      {read.error && <Note tone="danger">{errorText(read.error)}</Note>}
      <SelectField
        label={text.export.environment}
        value={environment}
        onChange={(event) => setEnvironment(event.target.value)}
      >
        {environments.map((one) => (
          <option key={one.slug} value={one.slug}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={text.export.format}
        value={format}
        onChange={(event) => setFormat(event.target.value as Format)}
      >
        {FORMATS.map((one) => (
          <option key={one.key} value={one.key}>
            {one.label}
          </option>
        ))}
      </SelectField>
    </Dialog>
  )
}

const fileName = (environment: string, format: Format) =>
  format === 'env' ? `${environment}.env` : `${environment}.${format}`
