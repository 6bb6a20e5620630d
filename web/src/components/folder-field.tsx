import { useState } from 'react'

import { TextField } from '~/ui/field'

/** A path that counts once the field is left or Enter pressed: not every letter asks the server. */
export function FolderField({
  label,
  folder,
  onChange,
}: {
  label: string
  folder: string
  onChange: (folder: string) => void
}) {
  const [typed, setTyped] = useState(folder)
  const take = () => {
    const path = `/${typed.split('/').filter(Boolean).join('/')}`
    setTyped(path)
    if (path !== folder) onChange(path)
  }
  return (
    <TextField
      label={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return
        event.preventDefault()
        take()
      }}
    />
  )
}
