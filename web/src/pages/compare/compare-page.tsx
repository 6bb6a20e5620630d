import { useQuery } from '@tanstack/react-query'
import { ArrowLeftRight, CornerLeftUp, Folder } from 'lucide-react'
import { Link } from 'wouter'

import { errorText } from '~/api/client'
import { matrixQuery } from '~/api/grid'
import { importsQuery } from '~/api/imports'
import { type Project, projectQuery } from '~/api/projects'
import { FolderField } from '~/components/folder-field'
import { usePending } from '~/components/pending-store'
import { compareLines, countStates } from '~/lib/compare'
import { importedKeys } from '~/lib/imports'
import { paths } from '~/lib/paths'
import { insideFolder, parentFolder } from '~/lib/secret-name'
import { text } from '~/lib/text'
import { useUrlState } from '~/lib/url-state'
import { Button, IconButton } from '~/ui/button'
import { CheckField, SelectField } from '~/ui/field'
import { EmptyState, Failure, Note, Page, Skeleton } from '~/ui/page'
import styles from './compare.module.css'
import { CompareTable } from './compare-table'
import { PendingPart } from './pending-part'

/** One folder in two environments side by side, and copying from one to the other. */
export default function ComparePage({ project }: { project: string }) {
  const found = useQuery(projectQuery(project))
  if (found.isPending) return <Skeleton rows={10} />
  if (found.error) return <Failure message={errorText(found.error)} onRetry={() => void found.refetch()} />
  const [first, second] = found.data.environments
  return (
    <Page
      title={text.compare.title}
      hint={
        <>
          {text.compare.hint} <Link href={paths.secrets(project)}>{text.compare.back}</Link>
        </>
      }
      wide
    >
      {first && second ? (
        <Compared project={found.data} first={first.slug} second={second.slug} />
      ) : (
        <Note>{text.compare.one}</Note>
      )}
    </Page>
  )
}

function Compared({ project, first, second }: { project: Project; first: string; second: string }) {
  const [left, setLeft] = useUrlState('left', first)
  const [right, setRight] = useUrlState('right', second)
  const [folder, setFolder] = useUrlState('secretPath', '/')
  const [all, setAll] = useUrlState('all')
  const matrix = useQuery(matrixQuery(project.id, folder))
  const [pending, dispatch] = usePending(project.id)
  const imports = useQuery(importsQuery(project.id, folder)).data ?? {}
  const rows = matrix.data?.rows ?? []
  const lines = compareLines(rows, folder, [left, right], pending.changes, importedKeys(imports))
  const counts = countStates(lines)
  const shown = all ? lines : lines.filter((line) => line.state !== 'same')
  return (
    <>
      <div className={styles.tools}>
        <EnvironmentField label={text.compare.left} project={project} value={left} onChange={setLeft} />
        <IconButton
          label={text.compare.swap}
          icon={<ArrowLeftRight size={16} />}
          onClick={() => {
            setLeft(right)
            setRight(left)
          }}
        />
        <EnvironmentField label={text.compare.right} project={project} value={right} onChange={setRight} />
        <FolderField key={folder} label={text.compare.folder} folder={folder} onChange={setFolder} />
        <CheckField
          label={text.compare.differences}
          checked={!all}
          onChange={(event) => setAll(event.target.checked ? '' : 'yes')}
        />
      </div>
      <Folders folder={folder} names={matrix.data?.folders.map((one) => one.name) ?? []} onOpen={setFolder} />
      {left === right && <Note tone="warning">{text.compare.sameTwice}</Note>}
      {matrix.isPending && <Skeleton rows={8} />}
      {matrix.error && <Failure message={errorText(matrix.error)} onRetry={() => void matrix.refetch()} />}
      {matrix.data && left !== right && (
        <>
          <p className={styles.summary} aria-live="polite">
            {text.compare.summary(
              counts['left-only'],
              counts['right-only'],
              counts.different + counts.unknown,
              counts.same,
            )}
          </p>
          {shown.length > 0 ? (
            <CompareTable
              project={project}
              matrix={matrix.data}
              folder={folder}
              sides={[left, right]}
              lines={shown}
              dispatch={dispatch}
            />
          ) : (
            <EmptyState
              title={lines.length ? text.compare.nothing : text.compare.empty}
              hint={lines.length ? text.compare.nothingHint : undefined}
            />
          )}
        </>
      )}
      <PendingPart project={project} pending={pending} dispatch={dispatch} />
    </>
  )
}

function EnvironmentField(props: {
  label: string
  project: Project
  value: string
  onChange: (slug: string) => void
}) {
  return (
    <SelectField
      label={props.label}
      value={props.value}
      onChange={(event) => props.onChange(event.target.value)}
    >
      {props.project.environments.map((one) => (
        <option key={one.id} value={one.slug}>
          {one.name}
        </option>
      ))}
    </SelectField>
  )
}

/** The folders to go on to: the one above and those below. */
function Folders(props: { folder: string; names: string[]; onOpen: (folder: string) => void }) {
  const { folder, names, onOpen } = props
  if (folder === '/' && !names.length) return null
  return (
    <nav className={styles.folders} aria-label={text.compare.folders}>
      {folder !== '/' && (
        <Button icon={<CornerLeftUp size={15} />} onClick={() => onOpen(parentFolder(folder))}>
          {parentFolder(folder)}
        </Button>
      )}
      {names.map((name) => (
        <Button key={name} icon={<Folder size={15} />} onClick={() => onOpen(insideFolder(folder, name))}>
          {name}
        </Button>
      ))}
    </nav>
  )
}
