import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'

import { problemOf } from '~/api/client'
import { projectsQuery } from '~/api/projects'
import { searchByValue } from '~/api/search'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { SelectField, TextField } from '~/ui/field'
import { FormDialog } from '~/ui/form'
import { Note } from '~/ui/page'
import styles from './commands.module.css'
import { placeOf } from './use-secret-search'

/** Finds secrets with exactly a value, such as one that leaked. The value is in this form and one request, nowhere else. */
export default function ValueSearchDialog({
  project,
  onClose,
}: {
  project: string | undefined
  onClose: () => void
}) {
  const projects = useQuery(projectsQuery).data ?? []
  const [chosen, setChosen] = useState('')
  const search = useMutation({
    mutationFn: (form: FormData) =>
      searchByValue(chosen ? [chosen] : projects.map((one) => one.id), String(form.get('value'))),
  })
  return (
    <FormDialog
      title={text.search.byValue}
      hint={text.search.byValueHint}
      submit={text.search.submit}
      cancel={text.common.close}
      busy={search.isPending}
      error={problemOf(search.error)}
      onSubmit={search.mutate}
      onClose={onClose}
    >
      <TextField
        label={text.search.value}
        name="value"
        type="password"
        autoComplete="new-password"
        required
        autoFocus
      />
      <SelectField
        label={text.search.where}
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
      >
        <option value="">{text.search.everywhere}</option>
        {[...projects]
          .sort((one, other) => Number(other.id === project) - Number(one.id === project))
          .map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
      </SelectField>
      <div role="status">
        {search.data && <Note>{text.search.found(search.data.length)}</Note>}
        <ul className={styles.found}>
          {search.data?.map((one) => (
            <li key={`${one.project}${one.folder}${one.key}`}>
              <Link href={paths.key(one.project, one.folder, one.key)} onClick={onClose}>
                {one.key}
              </Link>
              <span>{placeOf(one, projects.find(({ id }) => id === one.project)?.name ?? '')}</span>
            </li>
          ))}
        </ul>
      </div>
    </FormDialog>
  )
}
